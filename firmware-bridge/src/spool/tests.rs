//! The spool against torn files, full disks and restarts.

use std::fs;

use super::*;
use crate::wire::ScanIds;

impl Spool {
    /// Lets every write fail as on a full disk.
    pub(crate) fn break_disk(&mut self) {
        self.file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        self.path = self.path.with_file_name("no folder").join(FILE);
    }

    /// Lets writes work again.
    pub(crate) fn mend_disk(&mut self) {
        self.path = self.path.parent().unwrap().with_file_name(FILE);
    }
}

fn scans(count: u64) -> Vec<Scan> {
    let mut ids = ScanIds::default();
    let scan = |number: u64| Scan {
        scan_id: ids.next(1_700_000_000_000, [3; 8]),
        device: "0c2e:0b6a/S1".to_owned(),
        at_ms: 1_700_000_000_000,
        aim: None,
        data: format!("code {number}").into_bytes(),
        framing: "cr".to_owned(),
        mode: "cdc".to_owned(),
        is_stale: false,
    };
    (0..count).map(scan).collect()
}

fn waiting(spool: &Spool) -> Vec<Scan> {
    let mut place = None;
    let mut all = Vec::new();
    while let Some((next, scan)) = spool.after(place) {
        all.push(scan.clone());
        place = Some(next);
    }
    all
}

#[test]
fn what_was_not_acknowledged_is_there_after_a_restart_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let scans = scans(5);
    let mut spool = Spool::open(folder.path()).unwrap();
    for scan in &scans {
        spool.push(scan.clone()).unwrap();
    }
    assert_eq!(spool.ack(&scans[1].scan_id).as_ref(), Some(&scans[1]));
    assert_eq!(spool.ack(&scans[3].scan_id).as_ref(), Some(&scans[3]));
    assert_eq!(spool.ack(&scans[3].scan_id), None, "once");
    drop(spool);
    let spool = Spool::open(folder.path()).unwrap();
    let left = [&scans[0], &scans[2], &scans[4]].map(Clone::clone);
    assert_eq!(waiting(&spool), left);
    assert_eq!(spool.set_aside(), None);
}

#[test]
fn a_file_cut_off_anywhere_keeps_every_whole_line() {
    let folder = tempfile::tempdir().unwrap();
    let scans = scans(3);
    let mut spool = Spool::open(folder.path()).unwrap();
    for scan in &scans {
        spool.push(scan.clone()).unwrap();
    }
    drop(spool);
    let path = folder.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    for end in (0..whole.len()).step_by(5) {
        fs::write(&path, &whole[..end]).unwrap();
        let lines = whole[..end].iter().filter(|byte| **byte == b'\n').count();
        let mut spool = Spool::open(folder.path()).unwrap();
        assert_eq!(waiting(&spool), scans[..lines], "cut at {end}");
        assert_eq!(spool.set_aside(), None, "cut at {end}");
        spool.push(scans[2].clone()).unwrap();
        drop(spool);
        let spool = Spool::open(folder.path()).unwrap();
        assert_eq!(
            spool.len(),
            lines.min(2) + 1,
            "what follows a cut is whole: {end}"
        );
    }
}

#[test]
fn a_damaged_line_costs_no_other_and_the_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let scans = scans(3);
    let mut spool = Spool::open(folder.path()).unwrap();
    for scan in &scans {
        spool.push(scan.clone()).unwrap();
    }
    drop(spool);
    let path = folder.path().join(FILE);
    let text = fs::read_to_string(&path).unwrap();
    let damaged = text.replacen("Y29kZSAx", "Y29k\u{fffd}SAx", 1);
    assert_ne!(damaged, text);
    fs::write(&path, &damaged).unwrap();
    let spool = Spool::open(folder.path()).unwrap();
    assert_eq!(waiting(&spool), [scans[0].clone(), scans[2].clone()]);
    let aside = spool.set_aside().unwrap().to_owned();
    assert_eq!(fs::read_to_string(&aside).unwrap(), damaged);
    drop(spool);
    let spool = Spool::open(folder.path()).unwrap();
    assert_eq!(spool.set_aside(), None, "said once");
    assert_eq!(spool.len(), 2);
    assert!(aside.exists());
}

#[test]
fn it_holds_so_many_scans_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let scans = scans(u64::try_from(SCANS_MAX).unwrap() + 1);
    let lines: Vec<String> = scans[..SCANS_MAX - 1]
        .iter()
        .map(|scan| scan.to_line().unwrap() + "\n")
        .collect();
    fs::write(&path, lines.concat()).unwrap();
    let mut spool = Spool::open(folder.path()).unwrap();
    spool.push(scans[SCANS_MAX - 1].clone()).unwrap();
    let full = spool.push(scans[SCANS_MAX].clone()).unwrap_err();
    assert!(matches!(full, SpoolError::Full));
    assert!(full.to_string().contains("10000 scans wait"));
    spool.ack(&scans[0].scan_id).unwrap();
    spool.push(scans[SCANS_MAX].clone()).unwrap();
}

#[test]
fn the_file_does_not_grow_with_the_scans_that_went_through() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path()).unwrap();
    let kept = scans(1).remove(0);
    spool.push(kept.clone()).unwrap();
    let path = folder.path().join(FILE);
    let mut ids = ScanIds::default();
    let mut largest = 0;
    for number in 0..400 {
        let scan = Scan {
            scan_id: ids.next(1_800_000_000_000 + number, [1; 8]),
            data: vec![b'x'; 8000],
            ..kept.clone()
        };
        spool.push(scan.clone()).unwrap();
        spool.ack(&scan.scan_id).unwrap();
        largest = largest.max(fs::metadata(&path).unwrap().len());
    }
    assert!(largest < BYTES_MAX + 64 * 1024, "{largest}");
    assert!(
        largest > BYTES_MAX / 2,
        "the test has to fill it: {largest}"
    );
    drop(spool);
    assert_eq!(waiting(&Spool::open(folder.path()).unwrap()), [kept]);
}

#[test]
fn a_disk_that_refuses_is_told_and_the_scan_fits_later() {
    let folder = tempfile::tempdir().unwrap();
    let scans = scans(3);
    let mut spool = Spool::open(folder.path()).unwrap();
    spool.push(scans[0].clone()).unwrap();
    spool.break_disk();
    let error = spool.push(scans[1].clone()).unwrap_err();
    let SpoolError::Io { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), ErrorKind::StorageFull);
    assert!(
        spool.push(scans[1].clone()).is_err(),
        "as long as it is full"
    );
    assert_eq!(spool.len(), 1, "nothing of it is there");
    spool.mend_disk();
    spool.push(scans[2].clone()).unwrap();
    drop(spool);
    let left = [scans[0].clone(), scans[2].clone()];
    assert_eq!(waiting(&Spool::open(folder.path()).unwrap()), left);
}

#[test]
fn two_bridges_cannot_share_one() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path()).unwrap();
    let second = Spool::open(folder.path()).unwrap_err();
    assert!(matches!(second, SpoolError::Taken { .. }));
    drop(spool);
    Spool::open(folder.path()).unwrap();
}

#[test]
fn a_lost_acknowledgement_costs_one_more_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let scans = scans(1);
    let mut spool = Spool::open(folder.path()).unwrap();
    spool.push(scans[0].clone()).unwrap();
    let path = folder.path().join(FILE);
    let before = fs::read(&path).unwrap();
    spool.ack(&scans[0].scan_id).unwrap();
    drop(spool);
    fs::write(&path, before).unwrap();
    let mut spool = Spool::open(folder.path()).unwrap();
    assert_eq!(waiting(&spool), scans);
    assert!(spool.ack(&scans[0].scan_id).is_some());
    assert!(spool.is_empty());
}
