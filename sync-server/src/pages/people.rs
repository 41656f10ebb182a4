//! Coming in and going: logging in, invitations, the language.

pub(super) mod invitation;
pub(super) mod language;
pub(super) mod login;

use super::table::Pages;

/// The routes, with who may use them.
pub(super) fn routes(pages: Pages) -> Pages {
    pages
        .open_page("/login", login::show)
        .open_form("/login", login::enter)
        .open_form("/logout", login::leave)
        .open_page("/setup/{code}", invitation::show)
        .open_form("/setup/{code}", invitation::accept)
        .open_page("/invitation/{code}", invitation::show)
        .open_form("/invitation/{code}", invitation::accept)
        .open_form("/language", language::choose)
}
