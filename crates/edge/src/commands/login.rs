//! Who acts on this device: login, logout and whoami. Nothing of it goes into the log.

use codes::own::{self, Kind};
use ledger_core::UserName;
use ledger_node::Node;
use serde_json::Value;

use super::close;
use crate::context::Context;
use crate::report::{Answer, Failure};
use crate::table::text;

/// `stock login`.
pub(crate) fn login(context: &Context, user: &str) -> Result<Answer, Failure> {
    let node = context.open()?;
    let (user, warning) = node.log_in(&on_badge(&node, user))?;
    let mut answer = who(context, &node, Some(&user), |who| {
        format!("Logged in as {}{}.", text(who, "user"), role(who))
    })?;
    answer.warnings.extend(warning);
    close(node, &mut answer);
    Ok(answer)
}

/// The name or badge that a badge of ours carries; another text as it is.
fn on_badge(node: &Node, text: &str) -> String {
    let owns = own::read(text).unwrap_or_default().into_iter();
    let names: Vec<String> = owns
        .filter(|own| own.kind == Kind::User)
        .map(|own| own.name)
        .collect();
    let is_known = |name: &&String| {
        node.read(|fold| {
            let by_name = UserName::new(name).ok().and_then(|name| fold.user(&name));
            by_name.is_some() || fold.user_of_badge(name).is_some()
        })
    };
    // Signs for digits can be those of several keyboards.
    let name = names.iter().find(is_known).or(names.first());
    name.map_or_else(|| text.to_owned(), String::clone)
}

/// `stock logout`.
pub(crate) fn logout(context: &Context) -> Result<Answer, Failure> {
    let node = context.open()?;
    node.log_out()?;
    let mut answer = who(context, &node, None, |who| {
        format!(
            "Logged out. What is written now is by {}.",
            text(who, "acts_as")
        )
    })?;
    close(node, &mut answer);
    Ok(answer)
}

/// `stock whoami`.
pub(crate) fn whoami(context: &Context) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    let node = context.open()?;
    let mut answer = who(context, &node, actor.user.as_ref(), |who| {
        let state = match (&who["disabled"], &who["known"], &who["user"]) {
            (Value::Bool(true), _, _) => ". The user is disabled",
            (_, Value::Bool(false), Value::String(_)) => ". The ledger knows no such user",
            _ => "",
        };
        format!("{}{}{state}.", text(who, "acts_as"), role(who))
    })?;
    close(node, &mut answer);
    Ok(answer)
}

fn who(
    context: &Context,
    node: &Node,
    user: Option<&UserName>,
    told: impl FnOnce(&Value) -> String,
) -> Result<Answer, Failure> {
    let who = node.view().who(user);
    context.answer(&who, told)
}

fn role(who: &Value) -> String {
    let role = text(who, "role");
    if role.is_empty() {
        String::new()
    } else {
        format!(", {role}")
    }
}
