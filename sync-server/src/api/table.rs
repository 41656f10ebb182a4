//! The table of the API: every route with who may ask it and what it says of itself.
//!
//! It is the one list of routes: the server's router, the roles and the description
//! (`crate::openapi`) are made of it.

use ledger_core::catalogue::Role::{Administrator, Manager, Operator};
use ledger_node::view::{
    BackorderView, BomView, CustomerView, DeviceView, ExceptionView, HistoryView, ItemView,
    LocationTypeView, LocationView, LotRow, LotView, LowStockView, OrderView, PartnerView,
    PickView, PurchaseView, ScanView, ScannedCodeView, SeriesView, SettingView, SiteNameView,
    SiteView, StatusView, StockGroupView, StocktakeRow, StocktakeView, UserView, WhyView,
};

use super::describe::Says;
use super::exceptions::AnsweredObject;
use super::rules::Routes;
use super::rules::Verb::{Delete, Get, Patch, Post, Put};
use super::settings::AllSettings;
use super::{
    alerts, bom, catalogue, description, devices, entries, exceptions, items, labels, locations,
    lots, orders, partners, purchase_orders, scans, settings, sites, status, stock, stocktakes,
    transactions, users,
};

/// Every route.
pub(crate) fn all() -> Routes {
    let routes = stock_of(Routes::default());
    let routes = stocktakes_of(acts_of(orders_of(routes)));
    let routes = purchases_of(lots_of(boms_of(routes)));
    let routes = places_of(items_of(routes));
    looked_at_of(settings_of(partners_of(routes)))
        .get(
            "/labels",
            Says::file("Labels and cards to print", &labels::MEDIA).more(
                "Of a kind all that is in use, or what select names. An SVG is one page. What \
                 cannot be printed is refused as a whole.",
            ),
            labels::print,
        )
        .get(
            "/devices",
            Says::list::<DeviceView>("Enrolled devices"),
            devices::list,
        )
        .on(
            (Get, "/users", Administrator),
            Says::list::<UserView>("Users by name"),
            users::list,
        )
        .get(
            "/status",
            Says::one::<StatusView>("What the server holds"),
            status::show,
        )
        .get(
            "/entries",
            Says::lines("The log")
                .more("One JSON object an entry, by origin and seq. after is the last entry that is known."),
            entries::list,
        )
        .get(
            "/openapi.json",
            Says::any("This description"),
            description::show,
        )
}

/// What a person should look at.
fn looked_at_of(routes: Routes) -> Routes {
    routes
        .get(
            "/alerts/low-stock",
            Says::list::<LowStockView>("Items that are low or out"),
            alerts::low_stock,
        )
        .get(
            "/exceptions",
            Says::list::<ExceptionView>("What a person should look at"),
            exceptions::list,
        )
        .get(
            "/exceptions/{id}",
            Says::one::<ExceptionView>("One open exception"),
            exceptions::show,
        )
        .on(
            (Post, "/exceptions/{id}", Operator),
            Says::written::<AnsweredObject>("Answer an exception").more(
                "One of count, reverse, accept, admit and refuse. To accept takes the role \
                     manager, to admit or refuse what a revoked device wrote administrator.",
            ),
            exceptions::answer,
        )
        .get(
            "/scans",
            Says::list::<ScanView>("Scans of codes that nobody knew, newest first"),
            scans::list,
        )
        .on(
            (Post, "/scans/resolve", Manager),
            Says::written::<ScannedCodeView>("Say what a scanned code stands for")
                .more("All its scans take effect, past ones too; with dismiss none has any."),
            scans::resolve,
        )
}

fn stock_of(routes: Routes) -> Routes {
    routes
        .get(
            "/items",
            Says::list::<ItemView>("Items with their stock, without its lines"),
            items::list,
        )
        .get(
            "/items/{sku}",
            Says::one::<ItemView>("One item with its stock lines and who wants it"),
            items::show,
        )
        .get(
            "/items/{sku}/history",
            Says::list::<HistoryView>("The stock history of an item, oldest first"),
            items::history,
        )
        .get(
            "/items/{sku}/why",
            Says::one::<WhyView>("Why an item has what it has"),
            items::why,
        )
        .get(
            "/items/{sku}/series",
            Says::one::<SeriesView>("Stock over time")
                .more("Thinned to so many points; the lowest and the highest always stay."),
            items::series,
        )
        .get(
            "/stock",
            Says::list::<StockGroupView>("Stock summed up, item by item"),
            stock::list,
        )
        .on(
            (Post, "/movements", Operator),
            Says::written::<ItemView>("Add, remove, move or adjust")
                .more(
                    "add has to, remove has from, move has both; adjust has location with act \
                     adjust, and a reason.",
                )
                .without(&["all_batches", "stocktake"]),
            transactions::movement,
        )
        .on(
            (Post, "/counts", Operator),
            Says::written::<ItemView>("Count an item at a location")
                .more("With stocktake it is made for that stocktake.")
                .needs(&["location"])
                .without(&["act", "from", "to", "to_owner"]),
            transactions::count,
        )
        .on(
            (Post, "/reversals", Operator),
            Says::written_either::<ItemView, OrderView>("Void a transaction")
                .more("An operator may void what the same token wrote, a manager anything."),
            transactions::reversal,
        )
}

fn orders_of(routes: Routes) -> Routes {
    routes
        .get(
            "/orders",
            Says::list::<OrderView>("Orders by number"),
            orders::list,
        )
        .on(
            (Post, "/orders", Manager),
            Says::written::<OrderView>("Open an order"),
            orders::open,
        )
        .get(
            "/orders/{number}",
            Says::one::<OrderView>("One order with its lines"),
            orders::show,
        )
        .on(
            (Patch, "/orders/{number}", Manager),
            Says::written::<OrderView>("Change an order")
                .more("Null takes a field away.")
                .without(&["number", "type"]),
            orders::set,
        )
        .get(
            "/orders/{number}/picks",
            Says::list::<PickView>("Where to take what is ready, by location"),
            orders::picks,
        )
        .on(
            (Post, "/orders/{number}/lines", Operator),
            Says::written::<OrderView>("Want an item")
                .more("quantity is so much more, wanted so much in all: one of the two."),
            orders::add_line,
        )
        .on(
            (Patch, "/orders/{number}/lines/{item}", Operator),
            Says::written::<OrderView>("Change how much a line wants"),
            orders::set_line,
        )
        .on(
            (Delete, "/orders/{number}/lines/{item}", Operator),
            Says::written::<OrderView>("Take a line away")
                .more("What was picked for it goes back to where it came from."),
            orders::remove_line,
        )
        .get(
            "/backorders",
            Says::list::<BackorderView>("Lines that wait for stock, and those that can be filled"),
            orders::backorders,
        )
}

fn acts_of(routes: Routes) -> Routes {
    routes
        .on(
            (Post, "/orders/{number}/pick", Operator),
            Says::written::<OrderView>("Pick for an order")
                .needs(&["location"])
                .without(&[
                    "act",
                    "from",
                    "to",
                    "to_owner",
                    "order",
                    "all_batches",
                    "stocktake",
                ]),
            orders::pick,
        )
        .on(
            (Post, "/orders/{number}/fill", Operator),
            Says::written::<OrderView>("Issue what is ready of a line, or of all lines"),
            orders::fill,
        )
        .on(
            (Post, "/orders/{number}/return", Operator),
            Says::written::<OrderView>("Bring back what was picked"),
            orders::bring_back,
        )
        .on(
            (Post, "/orders/{number}/expedite", Manager),
            Says::written::<OrderView>("Serve a line before others")
                .more("Without a rank it is 1; a higher one is served first."),
            orders::expedite,
        )
        .on(
            (Post, "/orders/{number}/cancel", Manager),
            Says::written::<OrderView>("Cancel an order, and return what was picked"),
            orders::cancel,
        )
        .on(
            (Post, "/orders/{number}/close", Manager),
            Says::written::<OrderView>("Close an order"),
            orders::close,
        )
}

fn stocktakes_of(routes: Routes) -> Routes {
    routes
        .get(
            "/stocktakes",
            Says::list::<StocktakeRow>("Stocktakes by number, without their lines"),
            stocktakes::list,
        )
        .on(
            (Post, "/stocktakes", Manager),
            Says::written::<StocktakeView>("Open a stocktake")
                .more("Of these locations and items; without any of everything."),
            stocktakes::open,
        )
        .get(
            "/stocktakes/{number}",
            Says::one::<StocktakeView>("The variance report of a stocktake").more(
                "Of a blind one, lines to be counted have no quantities for roles below manager.",
            ),
            stocktakes::show,
        )
        .on(
            (Post, "/stocktakes/{number}/assign", Manager),
            Says::written::<StocktakeView>("Say which device counts").more(
                "All of it, or these items and locations; the device - is any. With again it is \
                 counted once more.",
            ),
            stocktakes::assign,
        )
        .on(
            (Post, "/stocktakes/{number}/recount", Manager),
            Says::written::<StocktakeView>("Ask for an item to be counted once more"),
            stocktakes::recount,
        )
        .on(
            (Post, "/stocktakes/{number}/approve", Manager),
            Says::written::<StocktakeView>("Approve what was counted").more(
                "All, the lines of an item at a location, or these counts; one of counts that \
                 somebody counted after is refused.",
            ),
            stocktakes::approve,
        )
        .on(
            (Post, "/stocktakes/{number}/count-rest", Manager),
            Says::written::<StocktakeView>("Count as none what nobody counted")
                .more("All open lines, or those of an item at a location."),
            stocktakes::count_rest,
        )
        .on(
            (Post, "/stocktakes/{number}/close", Manager),
            Says::written::<StocktakeView>("Close a stocktake"),
            stocktakes::close,
        )
}

fn boms_of(routes: Routes) -> Routes {
    routes
        .get(
            "/bom",
            Says::list::<BomView>("Everything that is made of something, by item"),
            bom::list,
        )
        .get(
            "/bom/{sku}",
            Says::one::<BomView>("What an item is made of, and what it is a part of"),
            bom::show,
        )
        .on(
            (Put, "/bom/{sku}/{child}", Manager),
            Says::written::<BomView>("Set a line of a bill of materials")
                .more("A new line needs a quantity; what is left out stays as it is."),
            bom::set,
        )
        .on(
            (Delete, "/bom/{sku}/{child}", Manager),
            Says::written::<BomView>("Take a line off a bill of materials"),
            bom::remove,
        )
}

/// What a movement for a document does not say: the address and the act say it.
const BOOKED_WITHOUT: &[&str] = &[
    "act",
    "from",
    "to",
    "to_owner",
    "order",
    "lot",
    "po",
    "all_batches",
    "stocktake",
];

fn lots_of(routes: Routes) -> Routes {
    routes
        .get(
            "/lots",
            Says::list::<LotRow>("Production lots by number"),
            lots::list,
        )
        .on(
            (Post, "/lots", Manager),
            Says::written::<LotView>("Plan a production lot")
                .more("It keeps the bill of materials as it is now.")
                .needs(&["item", "quantity"]),
            lots::plan,
        )
        .get(
            "/lots/{number}",
            Says::one::<LotView>("One production lot with its BOM items"),
            lots::show,
        )
        .on(
            (Patch, "/lots/{number}", Manager),
            Says::written::<LotView>("Change a production lot")
                .more("Null takes a field away.")
                .without(&["number", "item"]),
            lots::set,
        )
        .on(
            (Post, "/lots/{number}/issue", Operator),
            Says::written::<LotView>("Issue a part to a lot")
                .needs(&["location"])
                .without(BOOKED_WITHOUT),
            lots::issue,
        )
        .on(
            (Post, "/lots/{number}/return", Operator),
            Says::written::<LotView>("Bring back a part that was issued to a lot")
                .needs(&["location"])
                .without(BOOKED_WITHOUT),
            lots::bring_back,
        )
        .on(
            (Post, "/lots/{number}/build", Operator),
            Says::written::<LotView>("Book built units in").more(
                "Parts that were not issued ahead go out with them, unless backflush is false.",
            ),
            lots::build,
        )
        .on(
            (Post, "/lots/{number}/adopt", Manager),
            Says::written::<LotView>("Let a lot go by today's bill of materials"),
            lots::adopt,
        )
        .on(
            (Post, "/lots/{number}/buy", Manager),
            Says::written::<LotView>("Place purchase orders for what a lot is short of").more(
                "One for each supplier; supplier is whom to buy from what nobody is known to sell.",
            ),
            lots::buy,
        )
        .on(
            (Post, "/lots/{number}/close", Manager),
            Says::written::<LotView>("Close a production lot"),
            lots::close,
        )
}

fn purchases_of(routes: Routes) -> Routes {
    routes
        .get(
            "/purchase-orders",
            Says::list::<PurchaseView>("Purchase orders by number"),
            purchase_orders::list,
        )
        .on(
            (Post, "/purchase-orders", Manager),
            Says::written::<PurchaseView>("Place a purchase order").needs(&["supplier", "lines"]),
            purchase_orders::place,
        )
        .get(
            "/purchase-orders/{number}",
            Says::one::<PurchaseView>("One purchase order with its lines"),
            purchase_orders::show,
        )
        .on(
            (Patch, "/purchase-orders/{number}", Manager),
            Says::written::<PurchaseView>("Change a purchase order and its lines")
                .more("A line is told by its item and date. Null takes a field away.")
                .without(&["number"]),
            purchase_orders::set,
        )
        .on(
            (Post, "/purchase-orders/{number}/receive", Operator),
            Says::written::<PurchaseView>("Book in what came")
                .more("More than is ordered needs a reason.")
                .needs(&["location"])
                .without(BOOKED_WITHOUT),
            purchase_orders::receive,
        )
        .on(
            (Post, "/purchase-orders/{number}/close", Manager),
            Says::written::<PurchaseView>("Close a purchase order"),
            purchase_orders::close,
        )
}

fn items_of(routes: Routes) -> Routes {
    routes
        .on(
            (Post, "/items", Manager),
            Says::written::<ItemView>("Make an item").needs(&["sku"]),
            catalogue::add_item,
        )
        .on(
            (Patch, "/items/{sku}", Manager),
            Says::written::<ItemView>("Change an item")
                .more("A threshold of null takes it away. Barcodes are added.")
                .without(&["sku"]),
            catalogue::set_item,
        )
        .on(
            (Post, "/items/{sku}/barcodes", Manager),
            Says::written::<ItemView>("Bind a barcode"),
            catalogue::bind,
        )
        .on(
            (Post, "/items/{sku}/merge", Manager),
            Says::written::<ItemView>("Make an item another name of another"),
            catalogue::merge,
        )
}

fn places_of(routes: Routes) -> Routes {
    routes
        .get(
            "/locations",
            Says::list::<LocationView>("Locations by number"),
            locations::list,
        )
        .get(
            "/locations/{number}",
            Says::one::<LocationView>("One location"),
            locations::show,
        )
        .on(
            (Post, "/locations", Manager),
            Says::written::<LocationView>("Make a location").needs(&["number"]),
            catalogue::add_location,
        )
        .on(
            (Post, "/locations/grid", Manager),
            Says::written::<LocationTypeView>("Make the locations of a whole rack"),
            catalogue::add_grid,
        )
        .on(
            (Patch, "/locations/{number}", Manager),
            Says::written::<LocationView>("Change a location").without(&["number"]),
            catalogue::set_location,
        )
        .get(
            "/location-types",
            Says::list::<LocationTypeView>("Location types by code"),
            locations::types,
        )
        .get(
            "/location-types/{code}",
            Says::one::<LocationTypeView>("One location type"),
            locations::show_type,
        )
        .on(
            (Post, "/location-types", Manager),
            Says::written::<LocationTypeView>("Make a location type")
                .more("Without a code its name is its code."),
            catalogue::add_location_type,
        )
        .on(
            (Patch, "/location-types/{code}", Manager),
            Says::written::<LocationTypeView>("Change a location type"),
            catalogue::set_location_type,
        )
        .get(
            "/sites",
            Says::list::<SiteView>("Sites with what lies there"),
            sites::list,
        )
        .get(
            "/sites/{code}",
            Says::one::<SiteView>("One site with what lies there"),
            sites::show,
        )
        .on(
            (Post, "/sites", Manager),
            Says::written::<SiteNameView>("Make a site"),
            sites::add,
        )
        .on(
            (Patch, "/sites/{code}", Manager),
            Says::written::<SiteNameView>("Change a site"),
            sites::set,
        )
}

fn partners_of(routes: Routes) -> Routes {
    routes
        .get(
            "/customers",
            Says::list::<PartnerView>("Customers by code"),
            partners::customers,
        )
        .get(
            "/customers/{code}",
            Says::one::<CustomerView>("One customer with stock and open orders"),
            partners::customer,
        )
        .on(
            (Post, "/customers", Manager),
            Says::written::<PartnerView>("Make a customer"),
            catalogue::add_customer,
        )
        .on(
            (Patch, "/customers/{code}", Manager),
            Says::written::<PartnerView>("Change a customer"),
            catalogue::set_customer,
        )
        .get(
            "/suppliers",
            Says::list::<PartnerView>("Suppliers by code"),
            partners::suppliers,
        )
        .get(
            "/suppliers/{code}",
            Says::one::<PartnerView>("One supplier"),
            partners::supplier,
        )
        .on(
            (Post, "/suppliers", Manager),
            Says::written::<PartnerView>("Make a supplier"),
            catalogue::add_supplier,
        )
        .on(
            (Patch, "/suppliers/{code}", Manager),
            Says::written::<PartnerView>("Change a supplier"),
            catalogue::set_supplier,
        )
}

fn settings_of(routes: Routes) -> Routes {
    routes
        .get(
            "/settings",
            Says::list::<SettingView>("Settings by key"),
            settings::list,
        )
        .get(
            "/settings/{key}",
            Says::one::<SettingView>("One setting"),
            settings::show,
        )
        .on(
            (Put, "/settings", Administrator),
            Says::written::<AllSettings>("Set several settings, all or none"),
            settings::set_all,
        )
        .on(
            (Put, "/settings/{key}", Administrator),
            Says::written::<SettingView>("Set one setting"),
            settings::set,
        )
}
