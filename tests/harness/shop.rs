//! A small shop with something of everything, invented: two sites, our own stock and customers',
//! items that are well supplied, low and out, a history, and orders of which one waits.

use serde_json::{Value, json};

use crate::stock::Stock;
use crate::world::World;

const ITEMS: &str = "\
sku,name,kind,unit,threshold,barcodes,location
R-100,Resistor 100 Ω 1 % <0603>,part,pcs,200,4006381333931,A-01
R-4K7,Resistor 4.7 kΩ 1 % <0603>,part,pcs,200,,A-01
C-100N,Capacitor 100 nF X7R 50 V <0603>,part,pcs,500,,A-02
C-10U,Capacitor 10 µF X5R 16 V <0805>,part,pcs,250,,A-02
Z-5V1,Zener diode 5.1 V SOD-323,part,pcs,100,,A-03
LED-G,LED green <0603>,part,pcs,200,,A-03
U-MCU,Microcontroller 64 KiB QFN-32,part,pcs,25,,B-01
K-12V,\"Relay 12 V, 2 A changeover\",part,pcs,10,,B-02
WIRE-RED,Wire 0.2 mm² red,part,m,50,,B-03
J-USB-C,\"Socket USB-C, 16 pins\",part,pcs,50,,B-02
PCBA-TH,Climate sensor board TH,pcba,pcs,5,,B-03
BOX-S,Enclosure IP65 115×65×40,part,pcs,,,N-01
";

const LOCATIONS: &str = "\
number,name,site,room
A-01,Drawer A-01,MAIN,Store
A-02,Drawer A-02,MAIN,Store
A-03,Drawer A-03,MAIN,Store
B-01,Shelf B-01,MAIN,Workshop
B-02,Shelf B-02,MAIN,Workshop
B-03,Shelf B-03,MAIN,Workshop
N-01,Shelf N-01,NORTH,Van
N-02,Shelf N-02,NORTH,Van
";

const STOCK: &str = "\
item,location,quantity,owner,batch
R-100,A-01,4200,,LOT-7
R-100,N-01,150,,
R-4K7,A-01,180,,
C-100N,A-02,4000,,
C-10U,A-02,1450,,
LED-G,A-03,1350,,
U-MCU,B-01,190,,
U-MCU,B-01,40,ACME,
K-12V,B-02,6,,
WIRE-RED,B-03,212.5,,
J-USB-C,B-02,58,,
PCBA-TH,B-03,3,ACME,
PCBA-TH,N-02,4,,
BOX-S,N-01,22,,
";

const CUSTOMERS: &str = "code,name\nACME,Acme Ltd\nNORD,Nordlys & Sons\n";

/// What the workshop does, then what the van does.
const IN_THE_WORKSHOP: &[&str] = &[
    "remove R-100 A-01 30 --reason sample --note \"for the new board\"",
    "move R-100 A-01 N-01 250",
    "adjust R-100 A-01 -3 --reason lost",
    "order open R-1040 --title \"Pump controller, no display\" --customer ACME",
    "order add R-1040 J-USB-C 4",
    "order open S-2201 --type sales --customer NORD --due 2030-12-01",
    "order add S-2201 Z-5V1 20",
    "order add S-2201 LED-G 100",
];
const IN_THE_VAN: &[&str] = &[
    "remove R-100 N-01 20 --order R-1040",
    "count BOX-S N-01 20",
    "remove K-12V B-02 2",
];

/// What only some pages have something to show of: a rack, and stock below zero.
const BESIDE: &[&str] = &[
    "location-type add SHELF --rows 2 --columns A-C",
    "location add-grid SHELF K1- --rows 2 --columns A-C --site MAIN --room Store",
    "add R-4K7 K1-A-01 120",
    "add C-10U K1-B-02 300",
    "remove LED-G N-02 5",
];

/// The shop with something for every page, and the code of an invitation.
#[track_caller]
#[must_use]
pub fn whole_shop() -> (World, String) {
    let world = shop();
    for line in BESIDE {
        drop(world.a.ok(line));
    }
    world.settle();
    take_stock(&world);
    plan_production(&world);
    let added = world.server.admin("user add mia --role operator");
    let url = added["url"].as_str().expect("the address of an invitation");
    let (_, code) = url.split_once("/invitation/").expect("an invitation");
    (world, code.to_owned())
}

/// A stocktake in which two people came to different ends.
fn take_stock(world: &World) {
    let token = world.server.token_of("stocktaker", "manager");
    let asked = json!({ "number": "T-1", "title": "Drawers and shelves", "due": "2030-12-31",
        "locations": ["A-02", "A-03", "B-03"], "blind": true });
    for (path, body) in [
        ("stocktakes", asked),
        (
            "stocktakes/T-1/assign",
            json!({ "device": "A", "locations": ["A-03"] }),
        ),
    ] {
        let reply = world.server.write("POST", path, &token, &body);
        assert_eq!(reply.status, 201, "{path}: {}", reply.body);
    }
    world.settle();
    world.a.ok("count C-100N A-02 3990");
    world.a.ok("count WIRE-RED B-03 212.5");
    world.a.sync();
    world.b.ok("count C-100N A-02 3985");
    world.settle();
    let approved = json!({ "item": "WIRE-RED" });
    let reply = world
        .server
        .write("POST", "stocktakes/T-1/approve", &token, &approved);
    assert_eq!(reply.status, 201, "{}", reply.body);
    world.settle();
}

/// A lot that is short through its sub-assembly, and purchase orders of which one is overdue.
fn plan_production(world: &World) {
    let token = world.server.token_of("planner", "manager");
    let kit = json!({ "sku": "KIT-TH", "name": "Climate sensor kit", "kind": "assembly" });
    let one = json!({ "quantity": 1 });
    let board = json!({ "quantity": 4, "refs": "R1-R4", "attrition": "2.5" });
    let lot = json!({ "number": "L-1", "item": "KIT-TH", "quantity": 30, "due": "2030-09-01" });
    let bought = json!({
        "number": "PO-7", "supplier": "PARTCO", "reference": "A 4711",
        "lines": [
            { "item": "U-MCU", "quantity": 50, "date": "2030-08-15" },
            { "item": "BOX-S", "quantity": 5, "date": "2030-10-01" },
        ],
    });
    let late = json!({
        "number": "PO-3", "supplier": "PARTCO",
        "lines": [{ "item": "J-USB-C", "quantity": 10, "date": "2020-01-31" }],
    });
    let does: [(&str, &str, Value); 11] = [
        (
            "POST",
            "suppliers",
            json!({ "code": "PARTCO", "name": "Partco Ltd" }),
        ),
        ("POST", "items", kit),
        ("PATCH", "items/U-MCU", json!({ "supplier": "PARTCO" })),
        ("PUT", "bom/PCBA-TH/R-100", board),
        ("PUT", "bom/PCBA-TH/Z-5V1", one.clone()),
        ("PUT", "bom/PCBA-TH/U-MCU", json!({ "quantity": 12 })),
        ("PUT", "bom/KIT-TH/PCBA-TH", one.clone()),
        ("PUT", "bom/KIT-TH/BOX-S", one),
        ("POST", "lots", lot),
        ("POST", "purchase-orders", bought),
        ("POST", "purchase-orders", late),
    ];
    for (method, path, body) in does {
        let reply = world.server.write(method, path, &token, &body);
        assert!(reply.status < 300, "{path}: {}", reply.body);
    }
    let issue = json!({ "item": "BOX-S", "location": "N-01", "quantity": 3 });
    let reply = world.server.write("POST", "lots/L-1/issue", &token, &issue);
    assert_eq!(reply.status, 201, "{}", reply.body);
    world.settle();
}

/// The shop, known everywhere.
#[track_caller]
#[must_use]
pub fn shop() -> World {
    let world = World::empty();
    world.a.ok("setting set allow-backorder on");
    for (kind, rows) in [
        ("locations", LOCATIONS),
        ("customers", CUSTOMERS),
        ("items", ITEMS),
        ("stock", STOCK),
    ] {
        let file = world.a.file(&format!("{kind}.csv"), rows);
        world.a.ok(&format!("import {kind} {file}"));
    }
    world.a.sync();
    world.b.sync();
    let does = |stock: &Stock, lines: &[&str]| lines.iter().for_each(|line| drop(stock.ok(line)));
    does(&world.a, IN_THE_WORKSHOP);
    does(&world.b, IN_THE_VAN);
    world.settle();
    world
}
