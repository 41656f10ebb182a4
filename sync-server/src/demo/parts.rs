//! What the workshop keeps: invented for this demonstration, names, numbers and barcodes.

use ledger_core::catalogue::ItemKind;

/// One item, and how much of it there is in the morning.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) sku: &'static str,
    pub(super) name: &'static str,
    /// The low-stock threshold.
    pub(super) low_at: &'static str,
    pub(super) bergen: &'static str,
    /// Empty when Oslo keeps none.
    pub(super) oslo: &'static str,
}

const fn part(
    sku: &'static str,
    name: &'static str,
    low_at: &'static str,
    bergen: &'static str,
    oslo: &'static str,
) -> Part {
    Part {
        sku,
        name,
        low_at,
        bergen,
        oslo,
    }
}

/// All items.
#[rustfmt::skip]
pub(super) const PARTS: &[Part] = &[
    part("R-0603-0R",     "Jumper 0 Ω <0603>",                    "500",  "4800", ""),
    part("R-0603-10R",    "Resistor 10 Ω 1 % <0603>",             "500",  "3900", ""),
    part("R-0603-100R",   "Resistor 100 Ω 1 % <0603>",            "500",  "4200", "1000"),
    part("R-0603-330R",   "Resistor 330 Ω 1 % <0603>",            "500",  "2600", ""),
    part("R-0603-1K",     "Resistor 1 kΩ 1 % <0603>",             "1000", "7400", "1000"),
    part("R-0603-2K2",    "Resistor 2.2 kΩ 1 % <0603>",           "500",  "3100", ""),
    part("R-0603-4K7",    "Resistor 4.7 kΩ 1 % <0603>",           "1000", "5200", "1000"),
    part("R-0603-10K",    "Resistor 10 kΩ 1 % <0603>",            "1000", "4000", "1500"),
    part("R-0603-47K",    "Resistor 47 kΩ 1 % <0603>",            "500",  "480",  ""),
    part("R-0603-100K",   "Resistor 100 kΩ 1 % <0603>",           "500",  "3300", ""),
    part("R-0603-1M",     "Resistor 1 MΩ 1 % <0603>",             "250",  "1900", ""),
    part("R-2512-0R05",   "Shunt 50 mΩ 1 % 2 W <2512>",           "50",   "140",  ""),
    part("C-0603-10P",    "Capacitor 10 pF C0G 50 V <0603>",      "500",  "2900", ""),
    part("C-0603-100P",   "Capacitor 100 pF C0G 50 V <0603>",     "500",  "2200", ""),
    part("C-0603-1N",     "Capacitor 1 nF X7R 50 V <0603>",       "500",  "3500", ""),
    part("C-0603-10N",    "Capacitor 10 nF X7R 50 V <0603>",      "500",  "3700", ""),
    part("C-0603-100N",   "Capacitor 100 nF X7R 50 V <0603>",     "1000", "4000", "2000"),
    part("C-0603-1U",     "Capacitor 1 µF X5R 16 V <0603>",       "1000", "2800", ""),
    part("C-0805-10U",    "Capacitor 10 µF X5R 16 V <0805>",      "500",  "1450", "500"),
    part("C-1206-22U",    "Capacitor 22 µF X5R 25 V <1206>",      "200",  "620",  ""),
    part("CE-8X10-100U",  "Electrolytic 100 µF 35 V 8×10",        "100",  "85",   ""),
    part("FB-0603-600R",  "Ferrite bead 600 Ω <0603>",            "200",  "1700", ""),
    part("L-4030-10U",    "Inductor 10 µH 2.1 A 4×4×3",           "50",   "210",  ""),
    part("L-6045-22U",    "Inductor 22 µH 2.4 A 6×6×4.5",         "50",   "130",  ""),
    part("D-SOD123-1A",   "Rectifier 1 A 400 V SOD-123",          "100",  "640",  ""),
    part("D-SMA-SCH-2A",  "Schottky diode 2 A 40 V SMA",          "100",  "370",  ""),
    part("Z-SOD323-5V1",  "Zener diode 5.1 V SOD-323",            "100",  "0",    ""),
    part("TVS-SMA-24V",   "TVS diode 24 V SMA",                   "100",  "260",  ""),
    part("LED-0603-G",    "LED green <0603>",                     "200",  "1350", "300"),
    part("LED-0603-R",    "LED red <0603>",                       "200",  "492",  ""),
    part("LED-0603-Y",    "LED yellow <0603>",                    "200",  "180",  ""),
    part("Q-NPN-SOT23",   "Transistor NPN 45 V SOT-23",           "200",  "910",  ""),
    part("Q-NCH-30V",     "MOSFET N-channel 30 V SOT-23",         "200",  "560",  ""),
    part("Q-PCH-30V",     "MOSFET P-channel 30 V SOT-23",         "100",  "330",  ""),
    part("U-MCU-64K",     "Microcontroller 64 KiB QFN-32",        "100",  "190",  "40"),
    part("U-MCU-256K",    "Microcontroller 256 KiB QFN-48",       "50",   "75",   ""),
    part("U-EEP-32K",     "EEPROM 32 kbit SO-8",                  "50",   "220",  ""),
    part("U-ADC-16B",     "Converter A/D 16 bit 4 channels",      "25",   "62",   ""),
    part("U-REG-3V3",     "Regulator 3.3 V 500 mA SOT-223",       "100",  "95",   "50"),
    part("U-REG-5V",      "Regulator 5 V 1 A TO-252",             "50",   "160",  ""),
    part("U-BUCK-3A",     "Step-down converter 3 A SO-8",         "50",   "112",  ""),
    part("U-RS485",       "RS-485 transceiver SO-8",              "50",   "84",   "20"),
    part("U-OPTO-4",      "Optocoupler, four channels SO-16",     "20",   "36",   ""),
    part("S-TH-I2C",      "Sensor temperature and humidity",      "50",   "140",  ""),
    part("S-PRES-I2C",    "Sensor air pressure",                  "25",   "31",   ""),
    part("X-8M-3225",     "Crystal 8 MHz 3.2×2.5",                "50",   "240",  ""),
    part("X-32K-3215",    "Crystal 32.768 kHz 3.2×1.5",           "20",   "8",    "12"),
    part("F-1206-500M",   "Resettable fuse 500 mA <1206>",        "100",  "430",  ""),
    part("SW-TACT-6",     "Push-button 6×6",                      "50",   "275",  ""),
    part("K-12V-2A",      "Relay 12 V, 2 A changeover",           "10",   "17",   "6"),
    part("J-USB-C",       "Socket USB-C, 16 pins",                "50",   "58",   ""),
    part("J-HDR-1X6",     "Pin header 1×6, 2.54 mm",              "50",   "180",  ""),
    part("J-TB-2P",       "Terminal block 2 poles 5.08 mm",       "50",   "320",  "100"),
    part("J-WTB-4P",      "Wire-to-board header 4 poles",         "50",   "140",  ""),
    part("J-M12-5P",      "Panel socket M12, 5 poles",            "10",   "24",   "8"),
    part("BOX-IP65-S",    "Enclosure IP65 115×65×40",             "10",   "22",   "5"),
    part("GLAND-M16",     "Cable gland M16",                      "25",   "66",   "20"),
    part("SCREW-M3X6",    "Screw M3×6, Torx",                     "500",  "2400", "600"),
    part("SPACER-M3X10",  "Spacer M3×10, brass",                  "100",  "380",  ""),
    part("WIRE-24-RED",   "Wire 0.2 mm² red",                     "50",   "212.5", "80"),
    part("WIRE-24-BLACK", "Wire 0.2 mm² black",                   "50",   "187.5", "80"),
    part("PCB-TH20",      "Bare board TH20",                      "20",   "60",   ""),
    part("PCB-PM10",      "Bare board PM10",                      "20",   "35",   ""),
    part("PCBA-TH20",     "Climate sensor board TH20",            "5",    "3",    "4"),
    part("PCBA-PM10",     "Power module board PM10",              "5",    "9",    "2"),
];

impl Part {
    pub(super) fn kind(&self) -> ItemKind {
        if self.sku.starts_with("PCBA-") {
            ItemKind::Pcba
        } else {
            ItemKind::Part
        }
    }

    /// Wire is kept by the metre.
    pub(super) fn unit(&self) -> &'static str {
        if self.sku.starts_with("WIRE-") {
            "m"
        } else {
            "pcs"
        }
    }
}

/// Where an item is in the list.
pub(super) fn index_of(sku: &str) -> Option<usize> {
    PARTS.iter().position(|part| part.sku == sku)
}

/// An EAN-13 of the range that is kept for numbers of one's own.
pub(super) fn barcode(index: usize) -> String {
    let digits = format!("2904417{index:05}");
    let weighed = digits.bytes().zip([1_u32, 3].into_iter().cycle());
    let sum: u32 = weighed
        .map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')).saturating_mul(weight))
        .sum();
    let check = 10_u32.saturating_sub(sum % 10) % 10;
    format!("{digits}{check}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_there_once_with_numbers_that_can_be_read() {
        for (index, part) in PARTS.iter().enumerate() {
            assert_eq!(index_of(part.sku), Some(index), "{}", part.sku);
            for number in [part.low_at, part.bergen, part.oslo] {
                let read = number.parse::<ledger_core::Quantity>();
                assert!(
                    number.is_empty() || read.is_ok(),
                    "{number:?} of {}",
                    part.sku
                );
            }
        }
        assert_eq!(
            PARTS
                .iter()
                .filter(|part| part.kind() == ItemKind::Pcba)
                .count(),
            2
        );
    }

    #[test]
    fn barcodes_have_their_check_digit() {
        assert_eq!(barcode(0), "2904417000005");
        let sum = |text: &str| -> u32 {
            let weights = [1, 3].into_iter().cycle();
            text.chars()
                .zip(weights)
                .map(|(digit, weight)| digit.to_digit(10).unwrap() * weight)
                .sum()
        };
        for index in 0..PARTS.len() {
            assert_eq!(sum(&barcode(index)) % 10, 0, "{index}");
        }
    }
}
