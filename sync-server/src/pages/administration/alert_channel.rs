//! A channel of alerts: set up, changed, tried and taken away.
//!
//! A webhook's secret is shown once, when it is made; an e-mail server's password never.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use ledger_core::at_entry::Refusal;
use ledger_node::{Node, View};
use serde::Deserialize;

use super::alerts::go_on;
use super::users::own_url;
use crate::alerts::{
    self, CHANNELS_MAX, Channel, DayTime, Kind, Mail, MailTls, Quiet, Way, is_mail_address,
    is_webhook_address,
};
use crate::api::{PathOf, QueryOf};
use crate::app::App;
use crate::lang::Lang;
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form, ONCE, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// The form's name.
const FORM: &str = "channel";
/// Its fields. A box that is not ticked is empty.
const FIELDS: [&str; 19] = [
    "name",
    "on",
    "out",
    "low",
    "exception",
    "behind",
    "behind-hours",
    "ended",
    "daily",
    "quiet-from",
    "quiet-to",
    "language",
    "url",
    "host",
    "port",
    "tls",
    "user",
    "from",
    "to",
];
/// What a box that is ticked says.
const YES: &str = "yes";
const PORT: u16 = 587;
const HOURS: u32 = 24;
/// A device that is silent for longer than a month is told of at the month's end.
const HOURS_MAX: u32 = 31 * 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WayWord {
    Webhook,
    Email,
}

/// Which way a new channel goes.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct NewQuery {
    way: WayWord,
}

#[derive(Template)]
#[template(path = "administration/alert_channel.html")]
struct ChannelPage {
    frame: Frame,
    form: Form,
    /// None of a channel that is to be added.
    id: Option<String>,
    title: String,
    way: &'static str,
    /// A webhook's secret that was just made.
    secret: Option<String>,
    has_password: bool,
    fields: Vec<(&'static str, EditField)>,
    kinds: [&'static str; 4],
    tls_modes: [&'static str; 3],
    languages: [Lang; 2],
}

impl ChannelPage {
    /// A field by its name.
    fn field(&self, name: &str) -> EditField {
        let mut fields = self.fields.iter();
        let found = fields.find(|(known, _)| *known == name);
        found.map_or_else(
            || EditField::of(&self.form, FORM, name, ""),
            |(_, field)| field.clone(),
        )
    }
}

/// A channel that is new: it tells everything, at once.
fn fresh(way: WayWord, lang: Lang, secret: String) -> Channel {
    let way = match way {
        WayWord::Webhook => Way::Webhook {
            url: String::new(),
            secret,
        },
        WayWord::Email => Way::Email(Mail {
            host: String::new(),
            port: PORT,
            tls: MailTls::StartTls,
            user: String::new(),
            password: String::new(),
            from: String::new(),
            to: Vec::new(),
        }),
    };
    Channel {
        name: String::new(),
        on: true,
        kinds: Kind::ALL.into_iter().collect(),
        behind_hours: HOURS,
        tells_end: true,
        daily: None,
        quiet: None,
        language: lang.tag().to_owned(),
        link: String::new(),
        way,
    }
}

/// A channel's field as the form has it.
fn current(channel: &Channel, field: &str) -> String {
    let box_of = |on: bool| if on { YES } else { "" }.to_owned();
    let time = |time: Option<DayTime>| time.map(|time| time.to_string()).unwrap_or_default();
    match field {
        "name" => channel.name.clone(),
        "on" => box_of(channel.on),
        "behind-hours" => channel.behind_hours.to_string(),
        "ended" => box_of(channel.tells_end),
        "daily" => time(channel.daily),
        "quiet-from" => time(channel.quiet.map(|quiet| quiet.from)),
        "quiet-to" => time(channel.quiet.map(|quiet| quiet.to)),
        "language" => channel.language.clone(),
        _ => match Kind::ALL.into_iter().find(|kind| kind.word() == field) {
            Some(kind) => box_of(channel.kinds.contains(&kind)),
            None => current_of_way(&channel.way, field),
        },
    }
}

fn current_of_way(way: &Way, field: &str) -> String {
    match (way, field) {
        (Way::Webhook { url, .. }, "url") => url.clone(),
        (Way::Email(mail), "host") => mail.host.clone(),
        (Way::Email(mail), "port") => mail.port.to_string(),
        (Way::Email(mail), "tls") => mail.tls.word().to_owned(),
        (Way::Email(mail), "user") => mail.user.clone(),
        (Way::Email(mail), "from") => mail.from.clone(),
        (Way::Email(mail), "to") => mail.to.join("\n"),
        (Way::Webhook { .. } | Way::Email(_), _) => String::new(),
    }
}

/// The channel with what a person changed in the form; nothing else is touched.
fn changed(channel: &Channel, fields: &Fields) -> Result<Channel, Problem> {
    let edits = Edits::of(fields, &FIELDS);
    let value = |field: &str| -> Result<String, Refusal> {
        let current = current(channel, field);
        Ok(edits.change(field, &current)?.unwrap_or(current))
    };
    let is_on = |field: &str| value(field).map(|value| !value.is_empty());
    let name = value("name")?;
    if name.is_empty() {
        return Err(problem("missing-field"));
    }
    let mut kinds = channel.kinds.clone();
    for kind in Kind::ALL {
        if is_on(kind.word())? {
            kinds.insert(kind);
        } else {
            kinds.remove(&kind);
        }
    }
    if kinds.is_empty() {
        return Err(problem("no-alert-kinds"));
    }
    let hours = value("behind-hours")?.parse::<u32>().ok();
    let hours = hours.filter(|hours| (1..=HOURS_MAX).contains(hours));
    Ok(Channel {
        name,
        on: is_on("on")?,
        kinds,
        behind_hours: hours.ok_or_else(|| problem("bad-hours"))?,
        tells_end: is_on("ended")?,
        daily: day_time(&value("daily")?)?,
        quiet: quiet(&value("quiet-from")?, &value("quiet-to")?)?,
        language: language(&value("language")?)?,
        link: channel.link.clone(),
        way: changed_way(&channel.way, fields, &value)?,
    })
}

/// A time of the day; none where nothing was typed. Browsers may say seconds too.
fn day_time(text: &str) -> Result<Option<DayTime>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let minutes = text.get(..5).filter(|_| text.len() == 8).unwrap_or(text);
    let time = minutes.parse().or(Err(problem("bad-day-time")))?;
    Ok(Some(time))
}

fn quiet(from: &str, to: &str) -> Result<Option<Quiet>, Problem> {
    match (day_time(from)?, day_time(to)?) {
        (Some(from), Some(to)) => Ok(Some(Quiet { from, to })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(problem("half-quiet")),
    }
}

fn language(tag: &str) -> Result<String, Problem> {
    let known = Lang::of_tag(tag).ok_or_else(|| problem("unknown-language"))?;
    Ok(known.tag().to_owned())
}

fn changed_way(
    way: &Way,
    fields: &Fields,
    value: &dyn Fn(&str) -> Result<String, Refusal>,
) -> Result<Way, Problem> {
    let mail = match way {
        Way::Webhook { secret, .. } => {
            let url = value("url")?;
            if !is_webhook_address(&url) {
                return Err(problem("bad-webhook"));
            }
            let secret = secret.clone();
            return Ok(Way::Webhook { url, secret });
        }
        Way::Email(mail) => mail,
    };
    let to = value("to")?;
    let to = to.lines().map(str::trim).filter(|line| !line.is_empty());
    let typed = fields.raw("password");
    let new = Mail {
        host: value("host")?,
        port: value("port")?.parse().or(Err(problem("bad-port")))?,
        tls: MailTls::of_word(&value("tls")?).ok_or_else(|| problem("missing-field"))?,
        user: value("user")?,
        password: if typed.is_empty() {
            mail.password.clone()
        } else {
            typed.to_owned()
        },
        from: value("from")?,
        to: to.map(str::to_owned).collect(),
    };
    if new.host.is_empty() || new.to.is_empty() {
        return Err(problem("missing-field"));
    }
    if !is_mail_address(&new.from) || !new.to.iter().all(|to| is_mail_address(to)) {
        return Err(problem("bad-mail-address"));
    }
    if new.tls == MailTls::None && !new.user.is_empty() {
        return Err(problem("password-in-the-open"));
    }
    // A password goes to the server that it was typed for.
    if typed.is_empty()
        && !new.user.is_empty()
        && (&new.host, &new.user) != (&mail.host, &mail.user)
    {
        return Err(problem("password-again"));
    }
    Ok(Way::Email(new))
}

/// What the page is about, and what it shows beside the form.
struct Shown {
    id: Option<String>,
    channel: Channel,
    secret: Option<String>,
}

fn channel_page(shown: Shown, frame: Frame, form: Form) -> ChannelPage {
    let channel = &shown.channel;
    let field = |name: &str| EditField::of(&form, FORM, name, &current(channel, name));
    let title = if shown.id.is_some() {
        channel.name.clone()
    } else {
        match channel.way {
            Way::Webhook { .. } => frame.t("add-webhook").into_owned(),
            Way::Email(_) => frame.t("add-email").into_owned(),
        }
    };
    ChannelPage {
        fields: FIELDS.iter().map(|name| (*name, field(name))).collect(),
        title,
        way: channel.way.word(),
        has_password: matches!(&channel.way, Way::Email(mail) if !mail.password.is_empty()),
        secret: shown.secret,
        kinds: Kind::ALL.map(Kind::word),
        tls_modes: MailTls::ALL.map(MailTls::word),
        languages: Lang::ALL,
        id: shown.id,
        frame,
        form,
    }
}

/// The channel of an id.
fn find(app: &App, id: &str) -> Result<Channel, Problem> {
    let found = app.alerts().read(|book| book.channel(id).cloned());
    found.ok_or_else(Problem::not_found)
}

pub(super) async fn new(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
) -> Result<Response, Problem> {
    let shown = Shown {
        id: None,
        channel: fresh(query.way, visit.words.lang, String::new()),
        secret: None,
    };
    visit
        .page(move |_, frame| Ok(channel_page(shown, frame, Form::default())))
        .await
}

/// Adds a channel. The form's own key becomes its id, so that a form sent twice adds one.
pub(super) async fn add(
    visit: Visit,
    QueryOf(query): QueryOf<NewQuery>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let secret = new_secret()?;
    let fresh = fresh(query.way, visit.words.lang, secret.clone());
    let id = fields.raw(ONCE).to_owned();
    let is_key = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let channel = changed(&fresh, &fields).and_then(|channel| {
        let link = own_url(&headers);
        let channel = Channel { link, ..channel };
        is_key
            .then_some(channel)
            .ok_or_else(|| problem("missing-field"))
    });
    let added = match channel {
        Ok(channel) => insert(&visit.app, id.clone(), channel).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(false) => go_on(&visit, "done-repeated").await,
        Ok(true) if query.way == WayWord::Email => go_on(&visit, "done-saved").await,
        Ok(true) => show_with(visit, id, Some(secret)).await,
        Err(problem) => {
            let mut kept = fields;
            kept.forget("password");
            let shown = Shown {
                id: None,
                channel: fresh,
                secret: None,
            };
            let build = move |_: &View<'_>, frame, form| Ok(channel_page(shown, frame, form));
            visit.again(FORM, kept, problem, build).await
        }
    }
}

/// Adds a channel; whether it was not there.
async fn insert(app: &App, id: String, channel: Channel) -> Result<bool, Problem> {
    let now = app.work(Node::now).await?;
    let change = app.alerts().change(move |book| {
        if book.channel(&id).is_some() {
            return Ok(false);
        }
        if book.channel_count() >= CHANNELS_MAX {
            return Err(problem("too-many-channels"));
        }
        book.set(&id, channel, now);
        Ok(true)
    });
    change.await
}

fn new_secret() -> Result<String, Problem> {
    alerts::new_secret().map_err(|error| {
        tracing::error!(%error, "no random bytes");
        Problem::internal()
    })
}

pub(super) async fn show(visit: Visit, PathOf(id): PathOf<String>) -> Result<Response, Problem> {
    show_with(visit, id, None).await
}

async fn show_with(visit: Visit, id: String, secret: Option<String>) -> Result<Response, Problem> {
    let page = format!("/settings/alerts/{id}");
    let shown = Shown {
        channel: find(&visit.app, &id)?,
        id: Some(id),
        secret,
    };
    visit
        .on_page(page)
        .page(move |_, frame| Ok(channel_page(shown, frame, Form::default())))
        .await
}

pub(super) async fn save(
    visit: Visit,
    PathOf(id): PathOf<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let now = visit.app.work(Node::now).await?;
    let (to, typed, link) = (id.clone(), fields.clone(), own_url(&headers));
    let saved = visit.app.alerts().change(move |book| {
        let before = book.channel(&to).ok_or_else(Problem::not_found)?;
        let channel = Channel {
            link,
            ..changed(before, &typed)?
        };
        book.set(&to, channel, now);
        Ok(())
    });
    match saved.await {
        Ok(()) => go_on(&visit, "done-saved").await,
        Err(problem) => {
            let mut kept = fields;
            kept.forget("password");
            let shown = Shown {
                channel: find(&visit.app, &id)?,
                id: Some(id),
                secret: None,
            };
            let build = move |_: &View<'_>, frame, form| Ok(channel_page(shown, frame, form));
            visit.again(FORM, kept, problem, build).await
        }
    }
}

/// Sends a message that only shows that it comes.
pub(super) async fn test(visit: Visit, PathOf(id): PathOf<String>) -> Result<Response, Problem> {
    find(&visit.app, &id)?;
    let look = |view: &View<'_>| Ok((alerts::now_of(view), view.name()));
    let (now, node) = visit.app.look(look).await?;
    let sent = visit.app.alerts().change(move |book| {
        book.test(&id, &node, alerts::new_id(), now);
        Ok(())
    });
    sent.await?;
    go_on(&visit, "done-alert-test").await
}

/// Makes another secret, and shows it.
pub(super) async fn secret(visit: Visit, PathOf(id): PathOf<String>) -> Result<Response, Problem> {
    let (new, now) = (new_secret()?, visit.app.work(Node::now).await?);
    let (to, made) = (id.clone(), new.clone());
    let changed = visit.app.alerts().change(move |book| {
        let channel = book.channel(&to).ok_or_else(Problem::not_found)?;
        let Way::Webhook { url, .. } = &channel.way else {
            return Err(Problem::not_found());
        };
        let way = Way::Webhook {
            url: url.clone(),
            secret: made,
        };
        let channel = Channel {
            way,
            ..channel.clone()
        };
        book.set(&to, channel, now);
        Ok(())
    });
    changed.await?;
    show_with(visit, id, Some(new)).await
}

pub(super) async fn delete(visit: Visit, PathOf(id): PathOf<String>) -> Result<Response, Problem> {
    let gone = visit.app.alerts().change(move |book| {
        book.remove(&id);
        Ok(())
    });
    gone.await?;
    go_on(&visit, "done-alert-deleted").await
}
