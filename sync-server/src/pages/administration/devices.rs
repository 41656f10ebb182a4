//! Devices: who is enrolled, when each was last heard of, and the code that enrols another.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use ledger_core::at_entry::revoked::{self, Verdict, Waiting};
use ledger_core::catalogue::Role;
use ledger_core::fold::Fold;
use ledger_node::view::{DeviceView, RevokedOriginView};
use ledger_node::{View, time_text};

use super::users::own_url;
use crate::admin::{self, CODE_VALID_MILLIS};
use crate::api::{Named, QueryOf};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

const CODE: &str = "code";
const REVOKE: &str = "revoke";
const DECIDE: &str = "decide";

/// A code that was just made; it is shown this once.
struct Made {
    code: String,
    /// The address, with the option that says the pin, as the command takes them.
    url: String,
    expires: String,
    role: &'static str,
    picture: Option<Picture>,
}

/// A QR code as the path of its dark squares.
struct Picture {
    width: usize,
    path: String,
}

#[derive(Template)]
#[template(path = "administration/devices.html")]
struct DevicesPage {
    frame: Frame,
    form: Form,
    devices: Vec<Row>,
    /// Origins of revoked devices about which something can be decided.
    undecided: Vec<Undecided>,
    roles: [&'static str; 4],
    made: Option<Made>,
}

struct Row {
    device: DeviceView,
    is_behind: bool,
    /// By how many seconds its clock is off, when that is more than a second.
    offset: Option<String>,
}

/// An origin of a revoked device.
struct Undecided {
    device: String,
    origin: RevokedOriginView,
    may_admit: bool,
    may_refuse: bool,
}

/// A clock that is off by less than this is right.
const RIGHT_MILLIS: i64 = 1_000;

/// By how many seconds a device's clock is off; none when it is right, or not known.
pub(super) fn clock_offset(frame: &Frame, device: &DeviceView) -> Option<String> {
    let offset = device.clock_offset_ms;
    let offset = offset.filter(|offset| offset.abs() >= RIGHT_MILLIS)?;
    Some(frame.change(&(offset / RIGHT_MILLIS).to_string()))
}

fn devices_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    made: Option<Made>,
) -> Result<DevicesPage, Problem> {
    let behind: Vec<&str> = frame.behind.iter().map(|(name, _)| name.as_str()).collect();
    let row = |device: DeviceView| Row {
        is_behind: behind.contains(&device.name.as_str()),
        offset: clock_offset(&frame, &device),
        device,
    };
    let devices: Vec<Row> = view.devices().into_iter().map(row).collect();
    let undecided = devices.iter().flat_map(|row| {
        row.device.origins.iter().map(|origin| Undecided {
            device: row.device.name.clone(),
            may_admit: origin.waiting > 0 || origin.refused > 0,
            may_refuse: origin.waiting > 0 || origin.admitted > 0,
            origin: origin.clone(),
        })
    });
    let undecided = undecided.filter(|it| it.may_admit || it.may_refuse);
    Ok(DevicesPage {
        undecided: undecided.collect(),
        devices,
        roles: Role::ALL.map(Role::word),
        made,
        frame,
        form,
    })
}

pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    visit
        .page(|view, frame| devices_page(view, frame, Form::default(), None))
        .await
}

/// Makes a one-time code and shows it, as words and as a picture for the handheld's scanner.
pub(super) async fn code(
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let Some(role) = Role::from_word(fields.raw("role")) else {
        let build = |view: &View<'_>, frame, form| devices_page(view, frame, form, None);
        return visit
            .again(CODE, fields, problem("unknown-role"), build)
            .await;
    };
    let url = own_url(&headers);
    let name = fields.text("name");
    let made = visit.app.work(move |node| {
        let made = node.new_enrol_code(name.as_deref(), Some(role), CODE_VALID_MILLIS)?;
        let text = admin::enrol_text(node, &url, &made);
        Ok::<_, Problem>((made, text))
    });
    let (made, text) = made.await??;
    let pin = text.pin.map(|pin| format!(" --pin {pin}"));
    let made = Made {
        picture: picture(&text.to_string()),
        url: format!("{}{}", text.url, pin.unwrap_or_default()),
        code: made.code,
        expires: time_text(made.expires),
        role: made.role.word(),
    };
    visit
        .page(move |view, frame| devices_page(view, frame, Form::default(), Some(made)))
        .await
}

/// Trusts a device no longer.
pub(super) async fn revoke(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let plan = fields.needed("device").map(|device| {
        let done = Done::new("/devices", "done-revoked");
        let plan = move |fold: &Fold, _| {
            let device = revoked::find_device(fold, &device)?;
            revoked::revoke(fold, &device, None, None)
        };
        (plan, done)
    });
    let build = |view: &View<'_>, frame, form| devices_page(view, frame, form, None);
    visit
        .write((REVOKE, fields), Named::Nothing, plan, build)
        .await
}

/// Admits or refuses what waits of a revoked device's origin.
pub(super) async fn decide(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let verdict = match fields.raw("answer") {
        "admit" => Ok((Verdict::Admit, "done-admitted")),
        "refuse" => Ok((Verdict::Refuse, "done-refused")),
        _ => Err(problem("missing-field")),
    };
    let origin = fields.needed("origin");
    let plan = verdict.and_then(|(verdict, message)| {
        let origin = origin?;
        let plan = move |fold: &Fold, _| {
            let origin = revoked::find_revoked_chain(fold, &origin)?;
            revoked::decide(fold, Waiting::Chain(origin), verdict, None)
        };
        Ok((plan, Done::new("/devices", message)))
    });
    let build = |view: &View<'_>, frame, form| devices_page(view, frame, form, None);
    visit
        .write((DECIDE, fields), Named::Nothing, plan, build)
        .await
}

fn picture(text: &str) -> Option<Picture> {
    let code = qrcode::QrCode::new(text).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let (x, y) = (at % width, at / width);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    Some(Picture { width, path })
}

const COLUMNS: Columns = &[
    ("name", "/name"),
    ("role", "/role"),
    ("site", "/site"),
    ("last_sync", "/last_sync"),
    ("entries", "/entries"),
    ("clock_offset_ms", "/clock_offset_ms"),
    ("revoked", "/revoked"),
    ("waiting", "/waiting"),
    ("id", "/id"),
];

/// The list as a file.
pub(super) async fn export(
    visit: Visit,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    visit
        .file("devices", file, |view| Sheet::of(COLUMNS, view.devices()))
        .await
}
