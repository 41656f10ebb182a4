//! An emulated machine with a Debian kernel, for tests that need a USB bus: downloaded as Debian
//! packages and unpacked below `target`, never installed, so that nothing on this machine changes
//! and nothing has to leave it. A package of the emulator can stand against one that is installed.
//!
//! What lies in the folder then is all that the tests know of: `qemu` (a script that starts the
//! emulator with its own libraries), `kernel`, `modules/NAME.ko`, `busybox`, `udevadm` with
//! `udev.rules`, `emulator` for libraries that this machine lacks, and `version`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Where it lies, seen from the workspace.
const FOLDER: &str = "target/usb-guest";
/// What is written into `version`: another number here, and it is fetched anew.
const RECIPE: &str = "1";
/// The packages of the emulator and of the programs in the guest; apt adds what they need.
const PACKAGES: &[&str] = &[
    "qemu-system-x86",
    "qemu-system-data",
    "seabios",
    "busybox-static",
];
/// Packages that are taken alone: what else they need is on every machine with apt.
const ALONE: &[&str] = &["udev", "libkmod2"];
/// The package that names the newest kernel.
const KERNEL: &str = "linux-image-amd64";
/// What is taken out of the kernel's package.
const KERNEL_FILES: &[&str] = &[
    "*/vmlinuz-*",
    "*/kernel/drivers/usb/*",
    "*/kernel/drivers/hid/*",
    "*/kernel/drivers/input/*",
    "*/kernel/fs/configfs/*",
];
/// Files of packages, and what they are called here. Packages have them below `usr` or not, as
/// Debian's release has it.
const FILES: &[(&str, &str)] = &[
    ("bin/busybox", "busybox"),
    ("bin/udevadm", "udevadm"),
    ("lib/udev/rules.d/50-udev-default.rules", "udev.rules"),
];
/// Starts the emulator with its own libraries and firmware, wherever the folder lies.
const STARTER: &str = "\
#!/bin/sh
here=$(dirname \"$(readlink -f \"$0\")\")/emulator
LD_LIBRARY_PATH=$here/usr/lib/x86_64-linux-gnu:$here/lib/x86_64-linux-gnu \\
  exec \"$here/usr/bin/qemu-system-x86_64\" -L \"$here/usr/share/qemu\" -L \"$here/usr/share/seabios\" \"$@\"
";

/// Tells whether it was unpacked, and its emulator starts.
pub(crate) fn is_there(root: &Path) -> bool {
    let folder = root.join(FOLDER);
    let version = fs::read_to_string(folder.join("version"));
    version.is_ok_and(|version| version.trim() == RECIPE)
        && Command::new(folder.join("qemu"))
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
}

/// Downloads and unpacks it, in place of what lies there. Needs apt with fresh lists.
pub(crate) fn unpack(root: &Path) -> Result<()> {
    let folder = root.join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let packages = folder.join("packages");
    fs::create_dir_all(packages.join("partial"))?;
    download(&packages)?;
    let emulator = folder.join("emulator");
    for package in files(&packages, "deb")? {
        let is_kernel = name(&package).starts_with("linux-image-");
        let (files, into): (&[&str], _) = if is_kernel {
            (KERNEL_FILES, folder.join("unpacked-kernel"))
        } else {
            (&["*"], emulator.clone())
        };
        unpack_package(&package, files, &into)?;
    }
    kernel(&folder)?;
    for (file, to) in FILES {
        take(&emulator, file, &folder.join(to))?;
    }
    starter(&folder.join("qemu"))?;
    for done in ["packages", "unpacked-kernel"] {
        fs::remove_dir_all(folder.join(done))?;
    }
    fs::write(folder.join("version"), RECIPE)?;
    Ok(())
}

fn take(from: &Path, file: &str, to: &Path) -> Result<()> {
    let places = [from.join(file), from.join("usr").join(file)];
    let place = places.iter().find(|place| place.is_file());
    let place = place.with_context(|| format!("no package has {file}"))?;
    fs::rename(place, to)?;
    Ok(())
}

/// Downloads the emulator with all that it needs and this machine lacks, and the kernel alone.
fn download(into: &Path) -> Result<()> {
    let mut cache = std::ffi::OsString::from("Dir::Cache::archives=");
    cache.push(into);
    let mut emulator = Command::new("apt-get");
    emulator
        .args(["install", "--download-only", "-y", "-qq"])
        .args(["--no-install-recommends", "--reinstall"])
        .args(["-o".as_ref(), cache.as_os_str()])
        .args(["-o", "APT::Sandbox::User=root"])
        .args(PACKAGES);
    done(&mut emulator)?;
    let mut kernel = Command::new("apt-get");
    kernel
        .args(["download", "-qq", "-o", "APT::Sandbox::User=root"])
        .arg(newest_kernel()?)
        .args(ALONE)
        .current_dir(into);
    done(&mut kernel)
}

/// The package of the newest kernel: what the package that stands for it depends on.
fn newest_kernel() -> Result<String> {
    let output = Command::new("apt-cache")
        .args(["depends", KERNEL])
        .output()
        .context("could not start apt-cache")?;
    let said = String::from_utf8_lossy(&output.stdout);
    kernel_in(&said)
        .map(str::to_owned)
        .with_context(|| format!("apt knows no {KERNEL}; `apt-get update` first"))
}

fn kernel_in(depends: &str) -> Option<&str> {
    let mut words = depends.split_whitespace();
    words.find(|word| word.starts_with("linux-image-") && *word != KERNEL)
}

fn unpack_package(package: &Path, wanted: &[&str], into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    let mut content = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(package)
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start dpkg-deb")?;
    let tar = content.stdout.take().context("no standard output")?;
    let taken = Command::new("tar")
        .args(["--extract", "--wildcards", "--no-same-owner", "--directory"])
        .arg(into)
        .args(wanted)
        .stdin(tar)
        .status()
        .context("could not start tar")?;
    if !content.wait()?.success() || !taken.success() {
        bail!("{} could not be unpacked", package.display());
    }
    Ok(())
}

/// Puts the kernel and its modules where tests look for them, both as they run.
fn kernel(folder: &Path) -> Result<()> {
    let unpacked = folder.join("unpacked-kernel");
    let all = files_below(&unpacked)?;
    let image = all
        .iter()
        .find(|path| name(path).starts_with("vmlinuz-"))
        .context("the kernel's package has no kernel")?;
    let bytes = fs::read(image)?;
    let packed = packed_kernel(&bytes).context("the kernel is packed in another way than xz")?;
    unpack_xz(
        packed,
        &folder.join("unpacked-kernel/packed"),
        &folder.join("kernel"),
    )?;
    let modules = folder.join("modules");
    fs::create_dir_all(&modules)?;
    for path in &all {
        let module = name(path);
        if module.ends_with(".ko") {
            fs::rename(path, modules.join(module))?;
        } else if let Some(plain) = module.strip_suffix(".xz").filter(|it| it.ends_with(".ko")) {
            unpack_xz(&fs::read(path)?, path, &modules.join(plain))?;
        }
    }
    Ok(())
}

/// The packed kernel inside an image for x86: the image says where it begins and how long it is, in
/// its header of version 2.08 or later (`Documentation/arch/x86/boot.rst`).
fn packed_kernel(image: &[u8]) -> Option<&[u8]> {
    let at = |start: usize| Some(u32::from_le_bytes(*image.get(start..)?.first_chunk()?));
    let sectors = usize::from(*image.get(0x1f1)?);
    let start = (sectors + 1) * 512 + usize::try_from(at(0x248)?).ok()?;
    let length = usize::try_from(at(0x24c)?).ok()?;
    let packed = image.get(start..start.checked_add(length)?)?;
    packed.starts_with(b"\xfd7zXZ\0").then_some(packed)
}

/// Unpacks with the program `xz`, which leaves alone what follows the packed part.
fn unpack_xz(packed: &[u8], packed_path: &Path, into: &Path) -> Result<()> {
    fs::write(packed_path, packed)?;
    let plain = fs::File::create(into)?;
    let mut xz = Command::new("xz");
    xz.args(["--decompress", "--stdout", "--single-stream"])
        .stdin(fs::File::open(packed_path)?)
        .stdout(plain);
    done(&mut xz)
}

fn starter(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    fs::write(path, STARTER)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn done(command: &mut Command) -> Result<()> {
    command.env("DEBIAN_FRONTEND", "noninteractive");
    if !crate::cargo::succeeds(command)? {
        bail!("{} failed", command.get_program().display());
    }
    Ok(())
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).unwrap_or_default()
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut all = files_below(folder)?;
    all.retain(|path| path.extension() == Some(OsStr::new(extension)));
    Ok(all)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_kernel_is_what_the_package_for_it_depends_on() {
        let said = "linux-image-amd64\n  Depends: linux-image-6.1.0-56-amd64\n";
        assert_eq!(kernel_in(said), Some("linux-image-6.1.0-56-amd64"));
        assert_eq!(kernel_in(""), None);
    }

    #[test]
    fn the_packed_kernel_is_cut_out_where_the_image_says() {
        let mut image = vec![0; 2048];
        image[0x1f1] = 1;
        image[0x248..0x24c].copy_from_slice(&16_u32.to_le_bytes());
        image[0x24c..0x250].copy_from_slice(&8_u32.to_le_bytes());
        image[1040..1048].copy_from_slice(b"\xfd7zXZ\0ab");
        assert_eq!(packed_kernel(&image), Some(&b"\xfd7zXZ\0ab"[..]));
        image[1040] = 0;
        assert_eq!(packed_kernel(&image), None);
        assert_eq!(packed_kernel(&image[..100]), None);
    }

    #[test]
    fn nothing_is_there_where_nothing_was_unpacked() {
        assert!(!is_there(Path::new("/nonexistent")));
    }
}
