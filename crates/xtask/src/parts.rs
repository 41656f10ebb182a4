//! The parts of the machine that the test run uses, and what is missing without them.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::{cargo, guest};

/// One part of the machine.
#[derive(Debug)]
pub(crate) struct Part {
    name: &'static str,
    /// A call that succeeds where the part is there.
    detect: &'static [&'static str],
    /// The Debian packages that bring it; empty where Debian has none.
    packages: &'static [&'static str],
    /// What happens in the run while it is missing.
    without: &'static str,
}

/// Every part, in one table. A test that needs a new one adds its row here.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "cc",
        detect: &["cc", "--version"],
        packages: &["gcc", "libc6-dev"],
        without: "nothing can be linked, and libusb and zstd are built from C",
    },
    Part {
        name: "git",
        detect: &["git", "--version"],
        packages: &["git"],
        without: "tidy walks the folder instead of asking for the project's files",
    },
    Part {
        name: "strace",
        detect: &["strace", "-V"],
        packages: &["strace"],
        without: "power loss and failing disks are not tried on the real programs",
    },
    Part {
        name: "mkfs.ext4",
        detect: &["mkfs.ext4", "-V"],
        packages: &["e2fsprogs"],
        without: "the power of a real file system is not cut",
    },
    Part {
        name: "mount",
        detect: &["mount", "--version"],
        packages: &["mount"],
        without: "full and read-only disks are not tried",
    },
    Part {
        name: "faketime",
        detect: &["faketime", "--version"],
        packages: &["faketime"],
        without: "no program is run by a wrong clock",
    },
    Part {
        name: "chromium",
        detect: &["chromium", "--version"],
        packages: &["chromium"],
        without: "no page is looked at in a browser",
    },
    Part {
        name: "chromedriver",
        detect: &["chromedriver", "--version"],
        packages: &["chromium-driver"],
        without: "no page is looked at in a browser",
    },
    Part {
        name: "tmux",
        detect: &["tmux", "-V"],
        packages: &["tmux"],
        without: "the handheld's screen is not looked at on a terminal",
    },
    Part {
        name: "pdftoppm",
        detect: &["pdftoppm", "-v"],
        packages: &["poppler-utils"],
        without: "no PDF of labels is looked at",
    },
    Part {
        name: "xz",
        detect: &["xz", "--version"],
        packages: &["xz-utils"],
        without: "the kernel of the emulated machine cannot be unpacked",
    },
    Part {
        name: "pkg-config",
        detect: &["pkg-config", "--version"],
        packages: &["pkg-config"],
        without: "scanners are not tried on libusb",
    },
    Part {
        name: "umockdev",
        detect: &["umockdev-wrapper", "true"],
        packages: &["umockdev"],
        without: "scanners are not tried on libusb",
    },
    Part {
        name: "libumockdev",
        detect: &["pkg-config", "--exists", "umockdev-1.0"],
        packages: &["libumockdev-dev"],
        without: "scanners are not tried on libusb",
    },
    Part {
        name: "python3",
        detect: &["/usr/bin/python3", "--version"],
        packages: &["python3"],
        without: "no alert goes to a webhook",
    },
    Part {
        name: "python3-aiosmtpd",
        detect: &["/usr/bin/python3", "-c", "import aiosmtpd"],
        packages: &["python3-aiosmtpd"],
        without: "no alert goes to a mail server",
    },
    Part {
        name: "cargo-nextest",
        detect: &["cargo", "nextest", "--version"],
        packages: &[],
        without: "nothing is skipped: `cargo test` runs the same tests, one program at a time",
    },
    Part {
        name: "cargo-deny",
        detect: &["cargo", "deny", "--version"],
        packages: &[],
        without: "nothing is skipped: tidy checks bans, licences and sources by itself",
    },
];

impl Part {
    const fn as_missing(&'static self) -> Missing {
        Missing {
            name: self.name,
            without: self.without,
        }
    }

    /// Tells whether the part is on this machine.
    pub(crate) fn is_there(&self) -> bool {
        let Some((program, args)) = self.detect.split_first() else {
            return false;
        };
        Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// Tells whether the part of that name is on this machine.
pub(crate) fn is_there(name: &str) -> bool {
    PARTS
        .iter()
        .any(|part| part.name == name && part.is_there())
}

/// A part of the machine that is not on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) name: &'static str,
    /// What happens in the run while it is missing.
    pub(crate) without: &'static str,
}

/// The emulated machine, which is unpacked and not installed.
const GUEST: Missing = Missing {
    name: "usb-guest",
    without: "no scanner is emulated before a real kernel",
};

/// Names the parts that are missing, after getting what Debian has when that is wanted.
pub(crate) fn prepare(root: &Path, install: bool) -> Result<Vec<Missing>> {
    let packages = packages(&missing());
    let guest = guest::is_there(root);
    if install && !(packages.is_empty() && guest) {
        get(root, &packages, guest)?;
    } else if !packages.is_empty() {
        println!("missing on this machine; to install it, as root:");
        println!(
            "  apt-get install -y --no-install-recommends --no-remove {}",
            packages.join(" ")
        );
    }
    let mut missing: Vec<Missing> = missing().into_iter().map(Part::as_missing).collect();
    if !guest::is_there(root) {
        println!("the emulated machine is missing: --install as root, on Debian, unpacks it");
        missing.push(GUEST);
    }
    Ok(missing)
}

fn get(root: &Path, packages: &[&str], guest: bool) -> Result<()> {
    if !packages.is_empty() {
        println!("installing {}", packages.join(" "));
        apt(&["update"])?;
        let mut args = vec!["install", "-y", "--no-install-recommends", "--no-remove"];
        args.extend(packages);
        apt(&args)?;
    }
    // A kernel for x86 is emulated with its programs: those of this machine.
    if !guest && cfg!(target_arch = "x86_64") {
        println!("unpacking an emulated machine");
        let unpacked = apt(&["update"]).and_then(|()| guest::unpack(root));
        if let Err(error) = unpacked {
            // One test goes without it, and says so.
            println!("that did not work: {error:#}");
        }
    }
    Ok(())
}

fn missing() -> Vec<&'static Part> {
    PARTS.iter().filter(|part| !part.is_there()).collect()
}

fn packages(missing: &[&'static Part]) -> Vec<&'static str> {
    missing
        .iter()
        .flat_map(|part| part.packages)
        .copied()
        .collect()
}

fn apt(args: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    if !cargo::succeeds(&mut command)? {
        bail!(
            "apt-get {} failed; --install has to run as root",
            args.join(" ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_part_that_no_machine_has_is_missing() {
        let part = Part {
            name: "x",
            detect: &["no-such-program-7"],
            packages: &[],
            without: "",
        };
        assert!(!part.is_there());
        assert!(!is_there("x"));
    }

    #[test]
    fn a_part_that_debian_does_not_have_is_not_installed() {
        static TWO: [Part; 2] = [
            Part {
                name: "of two packages",
                detect: &[],
                packages: &["one", "other"],
                without: "",
            },
            Part {
                name: "of none",
                detect: &[],
                packages: &[],
                without: "",
            },
        ];
        let missing: Vec<&Part> = TWO.iter().collect();
        assert_eq!(packages(&missing), ["one", "other"]);
    }

    #[test]
    fn every_part_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = PARTS.iter().map(|part| part.name).collect();
        assert_eq!(names.len(), PARTS.len());
    }
}
