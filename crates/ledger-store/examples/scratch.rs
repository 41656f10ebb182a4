#![allow(warnings, clippy::all, clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "scratch")]
use std::{fs::File, io::{Write, Seek, SeekFrom}, sync::Arc, time::Instant};
use ledger_core::Origin;
use ledger_format::{EntryBuf, Hash, OriginSlice};
use ledger_store::*;
fn med(v: &mut Vec<f64>) -> f64 { v.sort_by(f64::total_cmp); v[v.len()/2] }
fn one(o: Origin, seq: u64, prev: Hash, n: usize) -> OriginSlice {
    let mut e = EntryBuf::new();
    for i in 0..n { let mut b = [7u8; 40]; b[..8].copy_from_slice(&(seq + i as u64).to_le_bytes()); e.push(&b); }
    OriginSlice { origin: o, first_seq: seq, prev, entries: e }
}
fn main() {
    let base = std::env::args().nth(1).unwrap_or("/tmp".into());
    for kind in [EngineKind::Sled, EngineKind::Redb] {
    for _ in 0..3 {
        let dir = tempfile::tempdir_in(&base).unwrap();
        // raw
        let mut f = File::options().read(true).write(true).create(true).open(dir.path().join("raw")).unwrap();
        f.write_all(&vec![0; 1 << 20]).unwrap(); f.sync_all().unwrap();
        let mut t = vec![];
        for i in 0..3000u64 { let s = Instant::now(); f.seek(SeekFrom::Start(i * 100)).unwrap(); f.write_all(&[1; 100]).unwrap(); f.sync_data().unwrap(); t.push(s.elapsed().as_secs_f64()*1e6); }
        let raw = med(&mut t);
        let store = Arc::new(Store::create(&dir.path().join("s"), kind, &OpenOptions::new(|_| Err("".into()))).unwrap());
        let o = Origin::from_bytes([1; 16]); let mut prev = Hash::before_first(o); let mut t = vec![];
        for i in 1..=3000u64 { let sl = one(o, i, prev, 1); prev = sl.head(); let g = Group::new().with(Record::Own(sl)); let s = Instant::now(); store.append(g).wait().unwrap(); t.push(s.elapsed().as_secs_f64()*1e6); }
        let single = med(&mut t);
        let (p10, p90) = (t[t.len()/10], t[t.len()*9/10]);
        // 64 writers
        let s = Instant::now();
        let hs: Vec<_> = (2..66u8).map(|n| { let st = store.clone(); std::thread::spawn(move || { let o = Origin::from_bytes([n; 16]); let mut prev = Hash::before_first(o);
            for i in 1..=1500u64 { let sl = one(o, i, prev, 1); prev = sl.head(); st.append(Group::new().with(Record::Own(sl))).wait().unwrap(); } }) }).collect();
        for h in hs { h.join().unwrap(); }
        let w64 = 64.0 * 1500.0 / s.elapsed().as_secs_f64();
        let s2 = Instant::now(); let _ = store.head(o).unwrap(); let settle = s2.elapsed();
        // pipelined single thread
        let o = Origin::from_bytes([99; 16]); let mut prev = Hash::before_first(o);
        let s = Instant::now(); let mut ps = vec![];
        for i in 1..=100_000u64 { let sl = one(o, i, prev, 1); prev = sl.head(); ps.push(store.append(Group::new().with(Record::Own(sl)))); }
        for p in ps { p.wait().unwrap(); } store.head(o).unwrap();
        let pipe = 100_000.0 / s.elapsed().as_secs_f64();
        // bulk
        let o = Origin::from_bytes([98; 16]); let mut prev = Hash::before_first(o);
        let s = Instant::now();
        for i in 0..100u64 { let sl = one(o, i * 10_000 + 1, prev, 10_000); prev = sl.head(); store.append(Group::new().with(Record::Own(sl))).wait().unwrap(); }
        store.head(o).unwrap();
        let bulk = 1e6 / s.elapsed().as_secs_f64();
        println!("{kind:?}: raw {raw:.0} us, single {single:.0} (p10 {p10:.0} p90 {p90:.0}) = {:.2}x, 64 writers {w64:.0}/s (then read {settle:?}), pipelined {pipe:.0}/s, bulk 10k {bulk:.0}/s", single / raw);
    } }
}
