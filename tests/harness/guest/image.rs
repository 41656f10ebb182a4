//! The files that an emulated machine starts with: an archive that its kernel unpacks into memory
//! (cpio, "newc": Documentation/driver-api/early-userspace/buffer-format.rst).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Setup;

/// What the machine runs first.
const INIT: &[u8] = include_bytes!("../../usb/init.sh");
const FOLDERS: &[&str] = &[
    "bin", "dev", "etc", "modules", "proc", "root", "run", "sys", "tmp",
];
const PASSWD: &[u8] = b"root:x:0:0::/root:/bin/sh\nkeeper:x:1000:1000::/tmp:/bin/sh\n";
/// The groups that Debian has and its rules for devices name, and that of people who scan.
const GROUP: &[u8] = b"root:x:0:\ntty:x:5:\ndisk:x:6:\nlp:x:7:\nkmem:x:15:\ndialout:x:20:\n\
cdrom:x:24:\ntape:x:26:\naudio:x:29:\nvideo:x:44:\nsgx:x:104:\ninput:x:105:\nkvm:x:106:\n\
render:x:107:\nkeeper:x:1000:\nscanner:x:900:keeper\n";
/// Tries a command again and again, for a minute at the most, until it succeeds.
const EVENTUALLY: &[u8] = b"#!/bin/sh
tries=0
until \"$@\"; do
  tries=$((tries + 1))
  [ $tries -lt 1200 ] || exit 1
  usleep 50000
done
";

/// Types of files in the archive.
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const DEVICE: u32 = 0o020_000;

/// Writes the archive.
pub(super) fn write(to: &Path, parts: &Path, setup: &Setup) {
    let mut archive = Archive::default();
    for folder in FOLDERS {
        archive.add(folder, FOLDER | 0o755, (0, 0), &[]);
    }
    // The kernel opens it before anything is mounted.
    archive.add("dev/console", DEVICE | 0o600, (5, 1), &[]);
    archive.add("init", FILE | 0o755, (0, 0), INIT);
    let busybox = fs::read(parts.join("busybox")).expect("read busybox");
    archive.add("bin/busybox", FILE | 0o755, (0, 0), &busybox);
    archive.add("bin/eventually", FILE | 0o755, (0, 0), EVENTUALLY);
    archive.add("etc/passwd", FILE | 0o644, (0, 0), PASSWD);
    archive.add("etc/group", FILE | 0o644, (0, 0), GROUP);
    add_modules(&mut archive, &parts.join("modules"), &setup.modules);
    let udev = fs::read(parts.join("udev.rules")).expect("read the rules of udev");
    archive.file("lib/udev/rules.d/50-udev-default.rules", 0o644, &udev);
    let mut programs = setup.programs.clone();
    programs.push(parts.join("udevadm"));
    add_programs(&mut archive, &parts.join("emulator"), &programs);
    for (path, mode, content) in &setup.files {
        archive.file(path, *mode, content);
    }
    archive.add("TRAILER!!!", 0, (0, 0), &[]);
    fs::write(to, archive.bytes).expect("write the machine's files");
}

/// A cpio archive as it grows.
#[derive(Debug, Default)]
struct Archive {
    bytes: Vec<u8>,
    entries: usize,
    folders: BTreeSet<PathBuf>,
}

impl Archive {
    fn add(&mut self, path: &str, mode: u32, device: (u32, u32), content: &[u8]) {
        self.entries += 1;
        let (number, size, length) = (self.entries, content.len(), path.len() + 1);
        let (major, minor) = device;
        let links = if mode & FOLDER == FOLDER { 2 } else { 1 };
        write!(
            self.bytes,
            "070701{number:08x}{mode:08x}{0:08x}{0:08x}{links:08x}{0:08x}{size:08x}{0:08x}{0:08x}\
             {major:08x}{minor:08x}{length:08x}{0:08x}{path}\0",
            0
        )
        .expect("memory takes bytes");
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
    }

    /// A file with the folders above it.
    fn file(&mut self, path: &str, mode: u32, content: &[u8]) {
        let path = path.trim_start_matches('/');
        let above: Vec<&Path> = Path::new(path).ancestors().skip(1).collect();
        for folder in above.into_iter().rev() {
            let text = folder.to_str().expect("paths are text");
            let new = !text.is_empty()
                && !FOLDERS.contains(&text)
                && self.folders.insert(folder.to_owned());
            if new {
                self.add(text, FOLDER | 0o755, (0, 0), &[]);
            }
        }
        self.add(path, FILE | mode, (0, 0), content);
    }
}

/// Adds the modules with those that they need, and the order in which they are to be loaded.
fn add_modules(archive: &mut Archive, folder: &Path, wanted: &[String]) {
    let mut order = Vec::new();
    let mut contents = BTreeMap::new();
    for module in wanted {
        let (name, parameters) = module.split_once(' ').unwrap_or((module, ""));
        let needed = with_needed(folder, name, &mut contents);
        for needed in needed {
            if !order.contains(&needed) {
                order.push(needed);
            }
        }
        if !parameters.is_empty() {
            let line = order.iter_mut().find(|it| *it == name);
            *line.expect("a module needs itself") = module.clone();
        }
    }
    let mut list = String::new();
    for module in order {
        let (name, parameters) = module.split_once(' ').unwrap_or((&module, ""));
        list.push_str(&format!("/modules/{name}.ko {parameters}\n"));
    }
    for (name, content) in &contents {
        archive.file(&format!("modules/{name}.ko"), 0o644, content);
    }
    archive.file("modules/wanted", 0o644, list.as_bytes());
}

/// The module and what it needs that is no part of the kernel itself, first things first.
fn with_needed(folder: &Path, name: &str, contents: &mut BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let file = ["-", "_"]
        .iter()
        .map(|dash| name.replace(['-', '_'], dash))
        .chain([name.to_owned()])
        .find(|name| folder.join(format!("{name}.ko")).is_file());
    let Some(file) = file else {
        return Vec::new();
    };
    let content = fs::read(folder.join(format!("{file}.ko"))).expect("read a module");
    let mut order = Vec::new();
    for needed in needed_by(&content) {
        order.extend(with_needed(folder, &needed, contents));
    }
    contents.insert(file.clone(), content);
    order.push(file);
    order
}

/// What a module says that it needs, in its section `.modinfo`.
fn needed_by(module: &[u8]) -> Vec<String> {
    let key = b"\0depends=";
    let start = module.windows(key.len()).position(|at| at == key);
    let Some(start) = start else {
        return Vec::new();
    };
    let rest = &module[start + key.len()..];
    let end = rest.iter().position(|&byte| byte == 0).unwrap_or(0);
    let names = String::from_utf8_lossy(&rest[..end]).into_owned();
    let names = names.split(',').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Adds programs without what is for debuggers, and the libraries that the linker names.
fn add_programs(archive: &mut Archive, unpacked: &Path, programs: &[PathBuf]) {
    let mut libraries = BTreeSet::new();
    for program in programs {
        let name = program.file_name().and_then(|name| name.to_str());
        let name = name.expect("a program has a name");
        archive.file(&format!("bin/{name}"), 0o755, &stripped(program));
        libraries.extend(libraries_of(program, unpacked));
    }
    for library in libraries {
        let content = fs::read(&library).expect("read a library");
        let unpacked = unpacked.to_str().expect("paths are text");
        let path = library.strip_prefix(unpacked).unwrap_or(&library);
        archive.file(path, 0o755, &content);
    }
}

fn stripped(program: &Path) -> Vec<u8> {
    let to = tempfile::NamedTempFile::new().expect("create a file");
    let status = Command::new("strip")
        .arg("-o")
        .arg(to.path())
        .arg(program)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "strip failed");
    fs::read(to.path()).expect("read a program")
}

/// The libraries of a program, by their paths here or below what was unpacked.
fn libraries_of(program: &Path, unpacked: &Path) -> Vec<String> {
    let places = ["lib", "usr/lib"].map(|lib| {
        unpacked
            .join(lib)
            .join("x86_64-linux-gnu")
            .display()
            .to_string()
    });
    let output = Command::new("ldd")
        .arg(program)
        .env("LD_LIBRARY_PATH", places.join(":"))
        .output()
        .expect("run ldd");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let paths = said.lines().filter_map(|line| {
        let path = line.split(" (0x").next()?;
        let path = path.rsplit("=> ").next()?.trim();
        path.starts_with('/').then(|| path.to_owned())
    });
    paths.collect()
}
