//! Scanners that speak HID POS.

/// Where a scanner's reports differ from what its descriptor says. Bytes are counted from 0 at the
/// front of a report as it comes over the wire, the report's id included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PosOverrides {
    /// The report's id.
    pub report_id: Option<u8>,
    /// The byte that says how many bytes of data follow.
    pub count_at: Option<usize>,
    /// Whether the count is not to be trusted: data then ends before its trailing NULs.
    pub ignore_count: Option<bool>,
    /// The first of the three bytes of the symbology identifier.
    pub aim_at: Option<usize>,
    /// The first byte of the data.
    pub data_at: Option<usize>,
    /// How many bytes of data there are in a report.
    pub data_len: Option<usize>,
    /// The byte whose lowest bit says that another report continues the scan.
    pub continued_at: Option<usize>,
}
