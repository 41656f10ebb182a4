//! The rules that let people use their scanners without being root.
//!
//! They belong in a file whose number is below 73, since there the person at the screen gets
//! access to what is marked for it. Nobody else may read scans: people in the group `scanner` do,
//! and so does the service.

use std::fmt::Write as _;

use crate::known::MAKERS;

/// Where the rules are put.
pub const PATH: &str = "/etc/udev/rules.d/70-stock-bridge.rules";
/// The group whose members may use scanners.
pub const GROUP: &str = "scanner";

/// The text of the rules, for the makers that are known and for further devices: vendors' and
/// products' numbers from `devices.toml`.
#[must_use]
pub fn rules(further: &[(u16, Option<u16>)]) -> String {
    let mut out = format!(
        "# Scanners: put this into {PATH}, then\n\
         #   groupadd --system --force {GROUP} && udevadm control --reload && udevadm trigger\n\
         ACTION==\"remove\", GOTO=\"stock_bridge_end\"\n\
         SUBSYSTEM!=\"usb\", GOTO=\"stock_bridge_end\"\n\
         ENV{{DEVTYPE}}!=\"usb_device\", GOTO=\"stock_bridge_end\"\n"
    );
    for maker in MAKERS {
        let _written = writeln!(out, "# {}\n{}", maker.name, rule(maker.vid, None));
    }
    let is_new = |(vid, _): &&(u16, Option<u16>)| MAKERS.iter().all(|maker| maker.vid != *vid);
    for (vid, pid) in further.iter().filter(is_new) {
        let _written = writeln!(out, "# from devices.toml\n{}", rule(*vid, *pid));
    }
    out.push_str("LABEL=\"stock_bridge_end\"\n");
    out
}

/// ModemManager is told to keep away: it would talk to serial scanners for their first 20 seconds.
fn rule(vid: u16, pid: Option<u16>) -> String {
    let pid = pid.map(|pid| format!("ATTR{{idProduct}}==\"{pid:04x}\", "));
    format!(
        "ATTR{{idVendor}}==\"{vid:04x}\", {}GROUP=\"{GROUP}\", MODE=\"0660\", TAG+=\"uaccess\", \
         ENV{{ID_MM_DEVICE_IGNORE}}=\"1\"",
        pid.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_maker_and_each_further_device_has_its_rule() {
        let rules = rules(&[(0x05fe, Some(0x1010)), (0x0c2e, None)]);
        let zebra = "ATTR{idVendor}==\"05e0\", GROUP=\"scanner\", MODE=\"0660\", TAG+=\"uaccess\", \
                     ENV{ID_MM_DEVICE_IGNORE}=\"1\"";
        assert!(rules.lines().any(|line| line == zebra), "{rules}");
        let further = "ATTR{idVendor}==\"05fe\", ATTR{idProduct}==\"1010\", GROUP=\"scanner\"";
        assert!(rules.contains(further), "{rules}");
        assert_eq!(rules.matches("0c2e").count(), 1, "no rule twice: {rules}");
        assert_eq!(rules.matches("GROUP=").count(), MAKERS.len() + 1);
    }

    #[test]
    fn every_jump_has_its_label_and_nobody_else_may_read() {
        let rules = rules(&[]);
        let jumps = rules.matches("GOTO=\"stock_bridge_end\"").count();
        assert_eq!(
            (jumps, rules.matches("LABEL=\"stock_bridge_end\"").count()),
            (3, 1)
        );
        assert!(rules.ends_with("LABEL=\"stock_bridge_end\"\n"));
        assert!(!rules.contains("0666"));
    }

    #[test]
    fn the_number_lets_the_person_at_the_screen_in() {
        let name = PATH.rsplit('/').next().expect("a name");
        let number: u32 = name[..2].parse().expect("a number");
        assert!(number < 73);
    }
}
