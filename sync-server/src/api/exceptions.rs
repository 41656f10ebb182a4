//! `exceptions`: what a person should look at, and what a person says to it.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::revoked::{Verdict, Waiting, decide};
use ledger_core::at_entry::{self, About, Admit, Answer, Refusal};
use ledger_core::catalogue::Role;
use ledger_core::fold::Fold;
use ledger_node::view::ExceptionView;
use ledger_node::{Node, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{BodyOf, PathOf, QueryOf, Typed};
use super::paging::{Listed, PageQuery};
use super::transactions::{entry_id, may_reverse};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// `GET exceptions`.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<ExceptionView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.exceptions(), |row| row.id.clone()))))
        .await
}

/// `GET exceptions/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    PathOf(id): PathOf<String>,
) -> Result<Json<ExceptionView>, Problem> {
    app.look(move |view| Ok(Json(view.find_exception(&id)?.1)))
        .await
}

/// One of five answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    /// How much is there.
    count: Option<Typed>,
    /// The entry to void, ORIGIN-SEQ.
    #[schema(pattern = "^[0-9a-f]{32}-[1-9][0-9]{0,18}$")]
    reverse: Option<String>,
    /// True: it is as it should be.
    accept: Option<bool>,
    /// True: what its writer had no right to, or what waits of a revoked device, takes effect.
    admit: Option<bool>,
    /// True: what waits of a revoked device never takes effect.
    refuse: Option<bool>,
    note: Option<String>,
}

/// What was answered.
enum Said {
    Answer(Answer),
    Admit,
    Refuse,
}

impl Answered {
    fn said(&self) -> Result<Said, Refusal> {
        let yes = (self.accept, self.admit, self.refuse);
        Ok(match (&self.count, &self.reverse, yes) {
            (Some(count), None, (None, None, None)) => {
                Said::Answer(Answer::Count(count.quantity()?))
            }
            (None, Some(entry), (None, None, None)) => {
                Said::Answer(Answer::Reverse(entry_id(entry)?))
            }
            (None, None, (Some(true), None, None)) => Said::Answer(Answer::Accept),
            (None, None, (None, Some(true), None)) => Said::Admit,
            (None, None, (None, None, Some(true))) => Said::Refuse,
            _ => {
                return Err(Refusal::new(
                    "bad-body",
                    "an answer has one of \"count\", \"reverse\", \"accept\": true, \"admit\": true \
                     and \"refuse\": true",
                ));
            }
        })
    }
}

/// What an answer shows: the exception, and whether it is still open.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the view makes")]
pub(super) struct AnsweredObject {
    /// Its stable name.
    id: String,
    /// Whether it is still open.
    open: bool,
    /// The exception while it is open.
    exception: Option<ExceptionView>,
}

/// `POST exceptions/{id}`. Whoever may count or reverse may answer with that; taking a thing as it
/// is takes a manager, and admitting or refusing an administrator.
pub(super) async fn answer(
    State(app): State<App>,
    writer: Writer,
    PathOf(id): PathOf<String>,
    BodyOf(body): BodyOf<Answered>,
) -> Result<Response, Problem> {
    let said = body.said()?;
    let caller = writer.caller();
    let needed = match &said {
        Said::Answer(Answer::Count(_)) => Role::Operator,
        Said::Answer(Answer::Reverse(entry)) => {
            may_reverse(&app, caller, *entry).await?;
            Role::Operator
        }
        Said::Answer(Answer::Accept) => Role::Manager,
        Said::Admit | Said::Refuse => Role::Administrator,
    };
    if caller.role < needed {
        return Err(Problem::forbidden(needed, Some(caller.role)));
    }
    let origin = app.work(Node::origin).await?;
    let about = About::Exception(id.trim().to_owned());
    let named = Named::Exception(id.clone());
    let plan = move |fold: &Fold, _| match said {
        Said::Answer(answer) => at_entry::answer(fold, origin, &id, &answer, body.note.as_deref()),
        Said::Admit => at_entry::admit(fold, Admit::Exception(&id), body.note.as_deref()),
        Said::Refuse => {
            let what = Waiting::Exception(&id);
            decide(fold, what, Verdict::Refuse, body.note.as_deref())
        }
    };
    let show = move |view: &View<'_>, _: &About| view.object(&about);
    writer.write_shown(named, plan, show).await
}
