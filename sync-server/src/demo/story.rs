//! The story itself: what happens in which order, told line by line with its figures.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use ledger_core::catalogue::Role;
use ledger_core::{Code, Timestamp};
use ledger_node::Node;

use super::afternoon::LINES;
use super::clock::{Day, StoryClock, hour_and_minute};
use super::compare::{self, Totals};
use super::handheld::Handheld;
use super::morning::{BENCH, CONTESTED, Event, LATE, STORES};
use super::plans;
use super::proxy::Proxy;
use super::workshop;
use crate::fault::Fault;
use crate::report::Report;

const DAY_MILLIS: u64 = 86_400_000;

/// Who and what the story needs.
pub(super) struct Cast<'a> {
    pub(super) dir: &'a Path,
    pub(super) day: Day,
    /// The server's clock.
    pub(super) clock: Arc<StoryClock>,
    pub(super) server: &'a Node,
    pub(super) url: &'a str,
    pub(super) address: SocketAddr,
    pub(super) report: Report,
}

/// How it came out.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) items: usize,
    pub(super) order_lines: usize,
    pub(super) differences: Vec<String>,
    pub(super) state_hash: String,
}

impl Told {
    /// Fails when the totals differ.
    pub(super) fn verdict(self) -> Result<(), Fault> {
        if self.differences.is_empty() {
            return Ok(());
        }
        let text = format!("the totals differ:\n{}", self.differences.join("\n"));
        Err(Fault::new("totals-differ", text))
    }
}

/// Tells the story.
pub(super) async fn tell(cast: &Cast<'_>) -> Result<Told, Fault> {
    cast.title();
    let proxy = Proxy::before(cast.address)
        .await
        .map_err(|error| Fault::system("starting the bad network", &error))?;
    let stores = cast.enrolled("STORES", cast.url).await?;
    let bench = cast.enrolled("BENCH", &proxy.url()).await?;
    cast.open_the_shop(&stores, &bench).await?;
    cast.offline_morning(&stores, &bench)?;
    cast.stores_syncs(&stores).await?;
    cast.bench_is_cut_off(&bench, &proxy).await?;
    cast.bench_tries_again(&bench, &stores).await?;
    cast.afternoon(&stores, &bench).await?;
    let told = cast.compare(&stores, &bench).await?;
    cast.what_to_look_at();
    for handheld in [stores, bench] {
        handheld.node.close()?;
    }
    cast.clock.release();
    Ok(told)
}

impl Cast<'_> {
    pub(super) fn say(&self, text: &str) {
        self.report.line(text);
    }

    /// A line of the story with its time before it; the server's clock follows.
    pub(super) fn at(&self, time: Timestamp, text: &str) {
        self.clock.set(time);
        self.say(&format!("  {}  {text}", hour_and_minute(time)));
    }

    pub(super) fn more(&self, text: &str) {
        self.say(&format!("         {text}"));
    }

    fn title(&self) {
        self.say("A workshop for electronics with two sites, one server and two handhelds.");
        self.say(&format!(
            "All data are invented. It happened yesterday, {}; times are UTC.\n",
            self.day.date()
        ));
        self.at(
            self.day.at(7, 30),
            &format!("The server starts at {}", self.url),
        );
    }

    async fn enrolled(&self, name: &'static str, url: &str) -> Result<Handheld, Fault> {
        let now = self.day.at(7, 31);
        self.clock.set(now);
        let handheld = Handheld::new(self.dir, name, now)?;
        let code = self
            .server
            .new_enrol_code(None, Some(Role::Manager), 60 * 60 * 1000)?;
        handheld.node.enroll(url, &code.code, None).await?;
        self.at(
            now,
            &format!("The handheld {name} is enrolled with a one-time code"),
        );
        Ok(handheld)
    }

    async fn open_the_shop(&self, stores: &Handheld, bench: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(7, 40);
        stores.write_all(time, workshop::places())?;
        stores.write_all(time, workshop::items())?;
        stores.write_all(time, workshop::stock())?;
        let today = u32::try_from(time.millis() / DAY_MILLIS).unwrap_or_default();
        stores.write_all(time, plans::plans(stores.node.device(), today))?;
        let (items, places, customers) = {
            let view = stores.node.view();
            (
                view.fold().items().len(),
                view.locations().len(),
                view.customers().len(),
            )
        };
        self.at(
            time,
            &format!(
                "STORES writes the catalogue: {items} items, two of them boards, {places} places \
                 in racks and"
            ),
        );
        self.more(&format!(
            "on shelves in Bergen and Oslo, {customers} customer with stock of its own here; and \
             the opening stock"
        ));
        self.more(
            "It plans: what the boards are made of, a lot of 60, a purchase order, a stocktake",
        );
        let pushed = self.sync(stores, self.day.at(7, 45)).await?.pushed;
        let pulled = self.sync(bench, self.day.at(7, 46)).await?.pulled;
        self.at(
            self.day.at(7, 46),
            &format!("STORES syncs ({pushed} entries up), BENCH syncs ({pulled} entries down)\n"),
        );
        Ok(())
    }

    pub(super) async fn sync(
        &self,
        handheld: &Handheld,
        time: Timestamp,
    ) -> Result<ledger_node::SyncReport, Fault> {
        self.clock.set(time);
        Ok(handheld.sync(time).await?)
    }

    fn offline_morning(&self, stores: &Handheld, bench: &Handheld) -> Result<(), Fault> {
        self.say("  Both go where no network reaches. Each writes into its own log:\n");
        let of =
            |handheld, events: &'static [Event]| events.iter().map(move |event| (handheld, event));
        let mut all: Vec<(&Handheld, &Event)> =
            of(stores, STORES).chain(of(bench, BENCH)).collect();
        all.sort_by_key(|(_, event)| (event.hour, event.minute));
        for (handheld, event) in all {
            let time = self.day.at(event.hour, event.minute);
            let origin = handheld.node.origin();
            handheld.write(time, |fold| event.plan(fold, origin))?;
            self.at(time, &format!("{:<7} {}", handheld.name, event.text()));
        }
        self.say("");
        Ok(())
    }

    async fn stores_syncs(&self, stores: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(12, 5);
        let synced = self.sync(stores, time).await?;
        self.at(
            time,
            &format!("STORES is back and syncs: {} entries up", synced.pushed),
        );
        let (on_hand, variance) = late_count(self.server)?;
        self.more(&format!(
            "It counted {on_hand} {LATE} at 11:00. The server knows of no removal there,"
        ));
        self.more(&format!(
            "so the count's variance is {}",
            variance.replace('-', "\u{2212}")
        ));
        Ok(())
    }

    async fn bench_is_cut_off(&self, bench: &Handheld, proxy: &Proxy) -> Result<(), Fault> {
        let time = self.day.at(12, 10);
        proxy.cut(true);
        self.clock.set(time);
        let cut = bench.sync(time).await;
        proxy.cut(false);
        let pending = bench.node.view().pending()?.0;
        match cut {
            Err(error) if error.is_unreachable() && proxy.cuts() > 0 => {
                self.at(
                    time,
                    "BENCH syncs, and the connection is cut in the middle of the answer",
                );
                self.more(&format!(
                    "Nothing is lost: its {pending} entries stay pending, since it never heard that \
                     they arrived"
                ));
                Ok(())
            }
            Err(error) => Err(error.into()),
            Ok(_) => {
                let text = "the sync that was to be cut went through";
                Err(Fault::new("demo", text))
            }
        }
    }

    async fn bench_tries_again(&self, bench: &Handheld, stores: &Handheld) -> Result<(), Fault> {
        let time = self.day.at(12, 12);
        let before = self.server.read(ledger_core::fold::Fold::entry_count);
        let synced = self.sync(bench, time).await?;
        let after = self.server.read(ledger_core::fold::Fold::entry_count);
        self.at(
            time,
            &format!(
                "BENCH tries again: {} entries up, {} down. New to the server: {};",
                synced.pushed,
                synced.pulled,
                after.saturating_sub(before)
            ),
        );
        self.more("it had taken them before the cut, and takes nothing twice");
        let (on_hand, variance) = late_count(self.server)?;
        self.more(&format!(
            "BENCH had removed 40 {LATE} at 10:00, before the count. That arrives after"
        ));
        self.more(&format!(
            "the count and changes no total: still {on_hand} there, but the variance is now {}",
            variance.replace('-', "\u{2212}")
        ));
        let last = self.day.at(12, 15);
        let synced = self.sync(stores, last).await?;
        self.at(
            last,
            &format!("STORES syncs once more: {} entries down\n", synced.pulled),
        );
        Ok(())
    }

    async fn compare(&self, stores: &Handheld, bench: &Handheld) -> Result<Told, Fault> {
        let token = self.server.new_token("demo-compare", Role::Viewer)?;
        let server = compare::of_server(self.url, &token).await?;
        let of_stores = compare::of_handheld(&stores.node)?;
        let of_bench = compare::of_handheld(&bench.node)?;
        let nodes = [
            ("the server", &server),
            (stores.name, &of_stores),
            (bench.name, &of_bench),
        ];
        let mut differences = compare::differences(&nodes);
        let lines = [
            ("the server", compare::lines_of(self.server)),
            (stores.name, compare::lines_of(&stores.node)),
            (bench.name, compare::lines_of(&bench.node)),
        ];
        differences.extend(compare::line_differences(&lines, &LINES));
        self.table(&nodes);
        let items = server.items.len();
        if differences.is_empty() {
            self.say(&format!(
                "\n  All {items} items and {} order lines were compared on the three: every total \
                 agrees, and so does",
                LINES.len()
            ));
            self.say("  the state's hash,");
            self.say(&format!("  {}\n", server.state_hash));
        } else {
            self.say(&format!(
                "\n  The totals differ:\n  {}\n",
                differences.join("\n  ")
            ));
        }
        Ok(Told {
            items,
            order_lines: LINES.len(),
            differences,
            state_hash: server.state_hash,
        })
    }

    /// Some of the totals, side by side.
    fn table(&self, nodes: &[(&str, &Totals)]) {
        let names: String = nodes
            .iter()
            .map(|(name, _)| format!("{name:>16}"))
            .collect();
        self.say(&format!("  {:<14}{names}", "on hand"));
        for sku in [
            LATE,
            CONTESTED,
            "U-MCU-64K",
            "PCBA-TH20",
            "S-PRES-I2C",
            "WIRE-24-RED",
        ] {
            let amounts: String = nodes
                .iter()
                .map(|(_, totals)| match totals.items.get(sku) {
                    Some((own, customers)) if customers == "0" => format!("{own:>16}"),
                    Some((own, customers)) => format!("{:>16}", format!("{own} (+{customers})")),
                    None => format!("{:>16}", "?"),
                })
                .collect();
            self.say(&format!("  {sku:<14}{amounts}"));
        }
        self.say("  in brackets: customers' stock");
    }

    fn what_to_look_at(&self) {
        let open = self.server.view().exceptions();
        if open.is_empty() {
            return;
        }
        self.say(&format!("  What a person should look at ({}):", open.len()));
        for exception in open {
            self.say(&format!("  - {}", exception.text.replace(". ", ".\n    ")));
        }
    }
}

/// On hand of the item that arrives late, and the variance of its count, as the server has them.
fn late_count(server: &Node) -> Result<(String, String), Fault> {
    let sku = Code::new(LATE).map_err(|error| Fault::system("reading the SKU", &error))?;
    let view = server.view();
    let history = view.history(&sku)?;
    let count = history.iter().rfind(|row| row.kind == "count");
    let counted = count.ok_or_else(|| Fault::new("demo", format!("{LATE} was never counted")))?;
    Ok((counted.line_on_hand.clone(), counted.change.clone()))
}
