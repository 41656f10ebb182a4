//! What goes wrong with machines: power, disks, clocks, and copies that are put back.

use crate::clock::SimClock;
use crate::machine::{Copied, Role};
use crate::world::{CENTRAL, DAY, Event, MINUTE, SECOND, World, wrong};

/// There are never more machines than one beyond this.
const MACHINES_MAX: usize = 7;

impl World {
    /// Something goes wrong with some machine.
    pub(crate) fn trouble(&mut self) {
        let count = self.machines.len() as u64;
        let which = usize::try_from(self.dice.below(count)).unwrap_or(0);
        if self.is_hub(which) && self.dice.percent(40) {
            return self.cut_off(which);
        }
        if self.options.copied && which != CENTRAL && self.dice.percent(20) {
            return self.trouble_of_devices(which);
        }
        let kind = self.dice.below(10);
        let name = self.machines[which].name.clone();
        self.tell(|| format!("trouble {kind} for {name}"));
        match kind {
            0 => {
                self.counters.meet("fault", "power");
                if self.machines[which].node.is_some() {
                    self.crash(which);
                }
            }
            1..=3 => {
                let operations = self.dice.below(40);
                self.machines[which].disk.fail_power_after(Some(operations));
            }
            4 => {
                self.counters.meet("fault", "restart");
                self.machines[which].close();
                self.later(SECOND, Event::Start(which));
            }
            5 => {
                self.counters.meet("fault", "disk sync fails");
                let syncs = self.dice.below(4);
                self.machines[which].disk.fail_sync_after(Some(syncs));
            }
            6 => {
                self.counters.meet("fault", "disk full");
                let disk = &self.machines[which].disk;
                disk.set_room(Some(disk.used() + self.dice.below(3000)));
                let millis = self.dice.within(MINUTE, 10 * MINUTE);
                self.later(millis, Event::Room(which));
            }
            7 => self.wrong_clock(which),
            _ => self.trouble_of_copies(which),
        }
    }

    /// What befalls a device as a whole.
    fn trouble_of_devices(&mut self, which: usize) {
        let is_handheld = matches!(self.machines[which].role, Role::Handheld(_));
        match self.dice.below(3) {
            0 => self.copy_server(which),
            1 if is_handheld => self.copy_machine(which),
            _ => {
                self.counters.meet("fault", "device of another version");
                let until = self.now() + self.dice.within(MINUTE, 20 * MINUTE);
                self.machines[which].strange_until = until;
            }
        }
    }

    /// A handheld is copied, and somebody works with the copy from now on.
    fn copy_machine(&mut self, which: usize) {
        if self.machines.len() > MACHINES_MAX || !self.machines[which].made {
            return;
        }
        let how = [Copied::Directory, Copied::Disk, Copied::WholeMachine];
        let how = *self.dice.one_of(&how).unwrap_or(&Copied::Directory);
        let (millis, drift) = wrong(&mut self.dice);
        let clock = SimClock::new(&self.truth, millis, drift);
        let boots = self.dice.below(1 << 40);
        clock.come_after(&self.machines[which].clock, boots);
        let copy = self.machines[which].copied(how, clock, &mut self.dice);
        let place = self.machines.len();
        self.counters
            .meet("fault", &format!("handheld copied: {how:?}"));
        self.tell(|| format!("{} is made: {how:?}", copy.name));
        self.memory.copied(which, place);
        self.machines.push(copy);
        self.later(0, Event::Start(place));
        let first = self.dice.within(1, 5 * MINUTE);
        self.later(first, Event::Sync(place));
    }

    fn wrong_clock(&mut self, which: usize) {
        if self.dice.percent(30) {
            self.counters.meet("fault", "clock at 1970");
            self.machines[which].clock.forget();
        } else {
            self.counters.meet("fault", "clock jumps");
            let far = if self.dice.percent(50) {
                400 * DAY
            } else {
                600_000
            };
            let by = self.dice.below(2 * far.unsigned_abs());
            let by = i64::try_from(by).unwrap_or(0) - far;
            self.machines[which].clock.jump(by);
        }
        let millis = self.dice.within(MINUTE, 10 * MINUTE);
        self.later(millis, Event::SetClock(which));
    }

    /// Copies a machine's directory, which is put back some time later.
    pub(crate) fn copy_server(&mut self, which: usize) {
        if self.machines[which].node.is_none() {
            return self.later(MINUTE, Event::Copy(which));
        }
        let name = self.machines[which].name.clone();
        self.tell(|| format!("a copy of the directory of {name} is made"));
        let image = self.machines[which].disk.image();
        self.copies.insert(which, image);
        let millis = self.dice.within(MINUTE, 15 * MINUTE);
        self.later(millis, Event::Restore(which));
    }

    /// A machine's disk is kept as an image, or turned back to it, which nothing on it can tell.
    fn trouble_of_copies(&mut self, which: usize) {
        if !self.options.turned_back || !self.machines[which].made {
            return;
        }
        if self.memory.has_image_of(which) {
            self.memory.put_back(&self.machines, which);
        }
        match self.memory.image_of(which) {
            None => {
                let machine = &self.machines[which];
                let numbered = machine.node.as_ref();
                let numbered =
                    numbered.map(|node| node.read(ledger_core::fold::Fold::numbered_count));
                let image = machine.disk.image();
                // What a server that does not run has numbered is not asked.
                if which != CENTRAL || numbered.is_some() {
                    self.memory.keep_image(which, image, numbered.unwrap_or(0));
                }
            }
            Some((image, numbered)) => {
                let whose = self.machines[which].role.word();
                self.counters.meet("fault", &format!("{whose} turned back"));
                let name = self.machines[which].name.clone();
                self.tell(|| format!("{name} is turned back"));
                if which == CENTRAL {
                    self.memory.numbers.forget_behind(numbered);
                }
                self.machines[which].crash(&mut self.dice);
                self.machines[which].disk.put_back(&image);
                self.later(SECOND, Event::Start(which));
            }
        }
    }

    /// Puts a machine's directory back from the copy.
    pub(crate) fn restore(&mut self, which: usize) {
        let Some(image) = self.copies.remove(&which) else {
            return;
        };
        let whose = self.machines[which].role.word();
        self.counters.meet("fault", &format!("{whose} restored"));
        let name = self.machines[which].name.clone();
        self.tell(|| format!("the directory of {name} is put back from the copy"));
        self.memory.put_back(&self.machines, which);
        let machine = &mut self.machines[which];
        machine.crash(&mut self.dice);
        let dir = std::path::Path::new(crate::machine::DIR);
        machine.disk.put_back_dir(&image, dir);
        self.later(SECOND, Event::Start(which));
    }
}
