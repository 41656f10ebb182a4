//! Every page, in one table: what is walked, what is looked at and what pictures are taken of.
//!
//! The paths are those of [`crate::shop::whole_shop`], for an administrator. The crawler's test finds
//! a page that is not here, and one that no link leads to.

/// One page.
#[derive(Clone, Copy, Debug)]
pub struct PageOf {
    /// Its name in files and messages.
    pub name: &'static str,
    /// Its path, with a query where it needs one.
    pub path: &'static str,
    /// What it answers with.
    pub status: u16,
}

/// All of them.
pub const PAGES: &[PageOf] = &[
    page("items", "/items"),
    page("items-attention", "/items?level=attention"),
    page("items-none-match", "/items?search=no+such+thing"),
    page("item", "/items/R-100"),
    page("item-out", "/items/Z-5V1"),
    page("item-add", "/items/R-100?act=add"),
    page("item-history", "/items/R-100/history"),
    page("item-why", "/items/R-100/why"),
    page("item-edit", "/items/R-100/edit"),
    page("item-new", "/items/new"),
    page("dashboard", "/"),
    page("menu", "/menu"),
    page("help", "/help"),
    page("scan", "/scan"),
    page("stock", "/stock"),
    page("exceptions", "/exceptions"),
    page("exception", "/exceptions/negative-stock:LED-G@N-02"),
    page("orders", "/orders"),
    page("order", "/orders/S-2201"),
    page("order-new", "/orders/new"),
    page("pick-list", "/orders/S-2201/pick-list"),
    page("backorders", "/backorders"),
    page("customers", "/customers"),
    page("order-edit", "/orders/S-2201/edit"),
    page("customer", "/customers/ACME"),
    page("customer-new", "/customers/new"),
    page("lots", "/lots"),
    page("lots-all", "/lots?show=all"),
    page("lot", "/lots/L-1"),
    page("lot-moves", "/lots/L-1/moves"),
    page("lot-edit", "/lots/L-1/edit"),
    page("lot-new", "/lots/new"),
    page("item-bom", "/items/KIT-TH/bom"),
    page("item-bom-levels", "/items/KIT-TH/bom?levels=all"),
    page("purchase-orders", "/purchase-orders"),
    page("purchase-order", "/purchase-orders/PO-7"),
    page(
        "purchase-order-receive",
        "/purchase-orders/PO-7?item=U-MCU&day=2030-08-15",
    ),
    page("purchase-order-new", "/purchase-orders/new"),
    page("suppliers", "/suppliers"),
    page("supplier", "/suppliers/PARTCO"),
    page("supplier-new", "/suppliers/new"),
    page("locations", "/locations"),
    page("location", "/locations/A-03"),
    page("location-edit", "/locations/A-03/edit"),
    page("location-new", "/locations/new"),
    page("rack-new", "/locations/rack"),
    page("rack", "/location-types/SHELF"),
    page("location-type-new", "/location-types/new"),
    page("sites", "/sites"),
    page("site", "/sites/MAIN"),
    page("site-edit", "/sites/MAIN/edit"),
    page("site-new", "/sites/new"),
    page("stocktakes", "/stocktakes"),
    page("stocktake", "/stocktakes/T-1"),
    page("stocktake-new", "/stocktakes/new"),
    page("labels", "/labels"),
    page("labels-items", "/labels?kind=items&select=R-*&format=zpl"),
    page("labels-none", "/labels?kind=items&select=NOT-THERE"),
    page("reports", "/reports"),
    page("report-movements", "/reports/movements"),
    page("report-stock", "/reports/stock?days=90"),
    page("report-shrinkage", "/reports/shrinkage?days=365"),
    page("report-slow", "/reports/slow?idle=0"),
    page("report-people", "/reports/people"),
    page("devices", "/devices"),
    page("device", "/devices/A"),
    page("server", "/server"),
    page("users", "/users"),
    page("import", "/import"),
    page("log", "/log"),
    page("log-about", "/log?about=R-100"),
    page("log-entry", "/log/1"),
    page("user", "/users/mia"),
    page("settings", "/settings/inventory"),
    page("alerts", "/settings/alerts"),
    page("alert-webhook-new", "/settings/alerts/new?way=webhook"),
    page("alert-email-new", "/settings/alerts/new?way=email"),
    PageOf {
        name: "missing",
        path: "/items/NOT-THERE",
        status: 404,
    },
];

/// What somebody sees who is not logged in. [`CODE`] stands for that of an invitation.
pub const OPEN_PAGES: &[PageOf] = &[
    page("login", "/login"),
    page("invitation", "/invitation/CODE"),
];

/// Where a path has the code of an invitation.
pub const CODE: &str = "CODE";

const fn page(name: &'static str, path: &'static str) -> PageOf {
    PageOf {
        name,
        path,
        status: 200,
    }
}
