//! The model of the disk, and how a trace is read.

use std::path::{Path, PathBuf};

use super::disk::{Disk, Names, STYLES, Style};
use super::record::fits;
use super::trace::{Call, Step, Trace, What};
use super::tree::Tree;
use crate::trial::Rng;

const ROOT: &str = "/root";

fn path(name: &str) -> PathBuf {
    Path::new(ROOT).join(name)
}

fn open(name: &str, create: bool) -> What {
    What::Open {
        path: path(name),
        create,
        truncate: false,
        append: false,
    }
}

/// A trace of calls that return at once; an open's result is its descriptor.
fn trace(calls: &[(What, i64)]) -> Trace {
    let mut trace = Trace::default();
    trace.steps.push(Step::Program);
    for (number, (what, result)) in calls.iter().enumerate() {
        trace.calls.push(Call {
            what: what.clone(),
            result: Some(*result),
        });
        trace.steps.extend([Step::Begin(number), Step::End(number)]);
    }
    trace
}

fn disk_after(tree: &Tree, trace: &Trace, names: Names) -> Disk {
    let mut disk = Disk::new(tree, Path::new(ROOT), names);
    for step in &trace.steps {
        disk.step(trace, *step).unwrap();
    }
    disk
}

fn one_file(name: &str, bytes: &[u8]) -> Tree {
    let mut tree = Tree::default();
    tree.files.insert(name.into(), bytes.to_vec());
    tree
}

/// All trees that a hundred crashes of each style leave.
fn crashes(disk: &Disk) -> Vec<Tree> {
    let mut rng = Rng::new(7);
    let styles = STYLES.iter().flat_map(|style| [*style; 100]);
    styles.map(|style| disk.crash(style, &mut rng)).collect()
}

fn write(fd: i64, at: u64, data: &[u8]) -> (What, i64) {
    let what = What::Write {
        fd,
        at: Some(at),
        data: data.to_vec(),
    };
    (what, i64::try_from(data.len()).unwrap())
}

#[test]
fn what_was_not_synced_may_be_there_or_not() {
    let calls = [(open("a", false), 3), write(3, 0, b"new")];
    let disk = disk_after(&one_file("a", b"old"), &trace(&calls), Names::Alone);
    let left = crashes(&disk);
    assert!(left.contains(&one_file("a", b"old")));
    assert!(left.contains(&one_file("a", b"new")));
    assert_eq!(
        disk.crash(Style::Nothing, &mut Rng::new(1)),
        one_file("a", b"old")
    );
}

#[test]
fn what_was_synced_is_there_in_every_style() {
    let calls = [
        (open("a", false), 3),
        write(3, 0, b"new"),
        (What::Sync { fd: 3 }, 0),
    ];
    let disk = disk_after(&one_file("a", b"old"), &trace(&calls), Names::Alone);
    assert!(
        crashes(&disk)
            .iter()
            .all(|tree| *tree == one_file("a", b"new"))
    );
}

#[test]
fn a_sync_covers_no_write_that_had_not_returned_when_it_began() {
    let calls = [
        (open("a", false), 3),
        write(3, 0, b"new"),
        (What::Sync { fd: 3 }, 0),
    ];
    let mut trace = trace(&calls);
    // The write returns only after the sync has begun.
    trace.steps = vec![
        Step::Program,
        Step::Begin(0),
        Step::End(0),
        Step::Begin(1),
        Step::Begin(2),
        Step::End(1),
        Step::End(2),
    ];
    let disk = disk_after(&one_file("a", b"old"), &trace, Names::Alone);
    assert_eq!(
        disk.crash(Style::Nothing, &mut Rng::new(1)),
        one_file("a", b"old")
    );
}

#[test]
fn a_sync_counts_only_when_it_has_returned() {
    let calls = [
        (open("a", false), 3),
        write(3, 0, b"new"),
        (What::Sync { fd: 3 }, 0),
    ];
    let mut trace = trace(&calls);
    trace.steps.pop();
    let disk = disk_after(&one_file("a", b"old"), &trace, Names::Alone);
    assert_eq!(
        disk.crash(Style::Nothing, &mut Rng::new(1)),
        one_file("a", b"old")
    );
}

#[test]
fn a_torn_write_is_whole_in_each_sector() {
    let (old, new) = (vec![b'o'; 2048], vec![b'n'; 1500]);
    let calls = [(open("a", false), 3), write(3, 100, &new)];
    let disk = disk_after(&one_file("a", &old), &trace(&calls), Names::Alone);
    let mut torn = 0;
    for tree in crashes(&disk) {
        let bytes = &tree.files[Path::new("a")];
        assert_eq!(bytes.len(), 2048);
        let sectors = [100..512, 512..1024, 1024..1536, 1536..1600];
        let kept = sectors.map(|range| bytes[range].iter().filter(|byte| **byte == b'n').count());
        let whole = kept
            .iter()
            .zip([412, 512, 512, 64])
            .all(|(kept, len)| [0, len].contains(kept));
        assert!(whole, "a sector is neither old nor new: {kept:?}");
        assert!(
            bytes[..100]
                .iter()
                .chain(&bytes[1600..])
                .all(|byte| *byte == b'o')
        );
        torn += u32::from(kept.contains(&0) && kept.iter().any(|kept| *kept > 0));
    }
    assert!(torn > 50, "only {torn} writes were torn");
}

#[test]
fn a_new_file_is_lost_with_its_name_until_the_directory_is_synced() {
    let root = (
        What::Open {
            path: ROOT.into(),
            create: false,
            truncate: false,
            append: false,
        },
        4,
    );
    let made = [
        (open("a", true), 3),
        write(3, 0, b"new"),
        (What::Sync { fd: 3 }, 0),
    ];
    let disk = disk_after(&Tree::default(), &trace(&made), Names::Alone);
    assert_eq!(
        disk.crash(Style::Nothing, &mut Rng::new(1)),
        Tree::default()
    );
    let disk = disk_after(&Tree::default(), &trace(&made), Names::WithFiles);
    assert!(
        crashes(&disk)
            .iter()
            .all(|tree| *tree == one_file("a", b"new"))
    );
    let synced = [&made[..], &[root, (What::Sync { fd: 4 }, 0)]].concat();
    let disk = disk_after(&Tree::default(), &trace(&synced), Names::Alone);
    assert!(
        crashes(&disk)
            .iter()
            .all(|tree| *tree == one_file("a", b"new"))
    );
}

#[test]
fn a_rename_leaves_the_old_file_or_the_new_one() {
    let calls = [
        (open("a.new", true), 3),
        write(3, 0, b"new"),
        (What::Sync { fd: 3 }, 0),
        (
            What::Rename {
                from: path("a.new"),
                to: path("a"),
            },
            0,
        ),
    ];
    let disk = disk_after(&one_file("a", b"old"), &trace(&calls), Names::Alone);
    let left = crashes(&disk);
    let bytes = |tree: &Tree| tree.files[Path::new("a")].clone();
    assert!(
        left.iter()
            .all(|tree| [b"old".to_vec(), b"new".to_vec()].contains(&bytes(tree)))
    );
    assert!(left.iter().any(|tree| bytes(tree) == b"old"));
    assert!(left.iter().any(|tree| bytes(tree) == b"new"));
}

#[test]
fn writes_go_on_where_the_file_stands() {
    let next = |data: &[u8]| {
        (
            What::Write {
                fd: 3,
                at: None,
                data: data.to_vec(),
            },
            2,
        )
    };
    let calls = [
        (open("a", true), 3),
        next(b"ab"),
        (What::Duplicate { fd: 3 }, 5),
        (
            What::Write {
                fd: 5,
                at: None,
                data: b"cd".to_vec(),
            },
            2,
        ),
        (What::Seek { fd: 3 }, 1),
        next(b"xy"),
    ];
    let disk = disk_after(&Tree::default(), &trace(&calls), Names::Alone);
    assert_eq!(disk.whole(), one_file("a", b"axyd"));
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}

fn read(lines: &[String]) -> Result<Trace, String> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("trace");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let mut trace = Trace::default();
    trace.append(&file, Path::new(ROOT))?;
    Ok(trace)
}

#[test]
fn calls_of_threads_interleave() {
    let (a, b) = (hex("/root/a"), hex("ab"));
    let trace = read(&[
        format!(
            "11 openat(AT_FDCWD<{}>, \"{a}\", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 3<{a}>",
            hex("/tmp")
        ),
        format!("11 pwrite64(3<{a}>, \"{b}\", 2, 7 <unfinished ...>"),
        format!("12 fdatasync(3<{a}> <unfinished ...>"),
        "11 <... pwrite64 resumed>)          = 2".to_owned(),
        "12 <... fdatasync resumed>)         = -1 EIO (Input/output error)".to_owned(),
        format!(
            "11 write(1<{}>, \"{}\", 3) = 3",
            hex("pipe:[5]"),
            hex("ok\n")
        ),
        "11 +++ exited with 0 +++".to_owned(),
    ])
    .unwrap();
    let what: Vec<&What> = trace.calls.iter().map(|call| &call.what).collect();
    assert_eq!(
        *what[1],
        What::Write {
            fd: 3,
            at: Some(7),
            data: b"ab".to_vec()
        }
    );
    assert_eq!(
        *what[3],
        What::Said {
            fd: 1,
            data: b"ok\n".to_vec()
        }
    );
    // The sync failed: it is no step.
    let steps = [
        Step::Program,
        Step::Begin(0),
        Step::End(0),
        Step::Begin(1),
        Step::End(1),
        Step::Begin(3),
        Step::End(3),
    ];
    assert_eq!(trace.steps, steps);
}

/// What lies there when a kill met this call was made of `old`, or left as it was.
fn a_kill_meets(cut_short: impl Fn(&Path) -> What, carried_out: &Tree) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a");
    let open = What::Open {
        path: file.clone(),
        create: false,
        truncate: false,
        append: false,
    };
    let what = cut_short(dir.path());
    let initial = one_file("a", b"old");
    for (there, done) in [(carried_out, true), (&initial, false)] {
        let mut recorded = trace(&[(open.clone(), 3), (what.clone(), 0)]);
        recorded.calls[1].result = None;
        let _end = recorded.steps.pop();
        there.write(dir.path()).unwrap();
        fits(&initial, &mut recorded, dir.path()).unwrap();
        assert_eq!(recorded.calls[1].what == what, done, "{what:?}");
        std::fs::write(&file, "odd").unwrap();
        let error = fits(&initial, &mut recorded, dir.path()).unwrap_err();
        assert!(error.contains("does not explain"), "{error}");
    }
}

#[test]
fn a_call_that_a_kill_met_was_carried_out_or_not() {
    a_kill_meets(|_| write(3, 0, b"new").0, &one_file("a", b"new"));
    a_kill_meets(|_| What::Length { fd: 3, len: 1 }, &one_file("a", b"o"));
    let renamed = |dir: &Path| What::Rename {
        from: dir.join("a"),
        to: dir.join("b"),
    };
    a_kill_meets(renamed, &one_file("b", b"old"));
    let made = |dir: &Path| What::Open {
        path: dir.join("b"),
        create: true,
        truncate: false,
        append: false,
    };
    let mut both = one_file("a", b"old");
    both.files.insert("b".into(), Vec::new());
    a_kill_meets(made, &both);
}

#[test]
fn what_is_not_understood_of_a_file_is_an_error() {
    let a = hex("/root/a");
    let sent = format!("11 copy_file_range(3<{a}>, NULL, 4<{a}>, NULL, 9, 0) = 9");
    assert!(read(&[sent]).unwrap_err().contains("copy_file_range"));
    let mapped = format!("11 mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 3<{a}>, 0) = 0x7f00");
    assert!(read(&[mapped]).unwrap_err().contains("memory"));
    let elsewhere = format!("11 fsync(3<{}>) = 0", hex("/root-of-another/a"));
    assert!(read(&[elsewhere]).unwrap().calls.is_empty());
}
