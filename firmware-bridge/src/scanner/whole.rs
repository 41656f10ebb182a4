//! Whole reports out of packets. Most scanners send each report in one packet; one whose packets are
//! smaller than its reports sends several, and the last is shorter than a packet unless the report
//! ends just there.

use std::collections::BTreeMap;

use crate::decode::descriptor::{Descriptor, Kind};
use crate::transport::EndpointInfo;

/// Puts packets together. By default each packet is a report.
#[derive(Debug, Default)]
pub(super) struct Whole {
    packet_bytes: usize,
    /// How long each report is, by its id.
    lengths: BTreeMap<Option<u8>, usize>,
    part: Vec<u8>,
}

impl Whole {
    /// For reports as a descriptor says them, out of an endpoint.
    pub(super) fn of(descriptor: &Descriptor, input: EndpointInfo) -> Self {
        let packet_bytes = usize::from(input.packet_bytes);
        if descriptor.input_bytes_max() <= packet_bytes {
            return Self::default();
        }
        let ids = std::iter::once(None).chain((1..=u8::MAX).map(Some));
        let lengths = ids.map(|id| (id, descriptor.report_bytes(Kind::Input, id)));
        Self {
            packet_bytes,
            lengths: lengths.filter(|(_, bytes)| *bytes > 0).collect(),
            part: Vec::new(),
        }
    }

    /// Takes a packet; gives the report that it ends.
    pub(super) fn report(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.part.extend_from_slice(packet);
        let is_end = packet.len() < self.packet_bytes || self.part.len() >= self.length();
        is_end.then(|| std::mem::take(&mut self.part))
    }

    /// How long the report is that begins so; a packet, where the descriptor has none such.
    fn length(&self) -> usize {
        let of = |id| self.lengths.get(&id).copied();
        let first = self.part.first().copied();
        of(first).or_else(|| of(None)).unwrap_or(self.packet_bytes)
    }

    /// Tells whether the end of a report is missing.
    pub(super) fn has_part(&self) -> bool {
        !self.part.is_empty()
    }

    /// Forgets the beginning of a report.
    pub(super) fn reset(&mut self) {
        self.part.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::fixtures::{POS, bytes};
    use crate::testing::endpoint;
    use crate::transport::EndpointKind;

    fn whole(packet_bytes: u16) -> Whole {
        let descriptor = Descriptor::parse(&bytes(POS)).unwrap();
        Whole::of(
            &descriptor,
            endpoint(0x81, EndpointKind::Interrupt, packet_bytes),
        )
    }

    #[test]
    fn a_report_is_whole_however_small_the_packets_are() {
        let mut report = vec![2; 64];
        for (place, byte) in report.iter_mut().enumerate().skip(1) {
            *byte = u8::try_from(place).unwrap();
        }
        for packet_bytes in [8, 16, 32, 64, 255] {
            let mut whole = whole(packet_bytes);
            for _ in 0..3 {
                let packets = report.chunks(usize::from(packet_bytes));
                let mut ends: Vec<_> = packets.map(|packet| whole.report(packet)).collect();
                let last = ends.pop().unwrap();
                assert_eq!(last.as_deref(), Some(report.as_slice()), "{packet_bytes}");
                assert!(ends.iter().all(Option::is_none), "{packet_bytes}");
                assert!(!whole.has_part());
            }
        }
    }

    #[test]
    fn a_short_packet_ends_a_report_and_nothing_is_kept_without_end() {
        let mut whole = whole(8);
        assert_eq!(whole.report(&[2; 8]), None);
        assert_eq!(whole.report(&[2; 3]), Some(vec![2; 11]));
        // Reports that the descriptor does not have are as long as a packet.
        assert_eq!(whole.report(&[9; 8]), Some(vec![9; 8]));
        assert_eq!(whole.report(&[2; 8]), None);
        whole.reset();
        assert_eq!(whole.report(&[9; 8]), Some(vec![9; 8]));
    }
}
