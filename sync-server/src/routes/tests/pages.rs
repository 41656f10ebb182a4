//! The pages as a browser without JavaScript uses them.

use axum::http::{Method, header};
use ledger_core::UserName;
use ledger_core::at_entry::users::{self, UserChange};

use super::*;
use crate::pages::{Need, all as all_pages};

mod administration;
mod alerts;
mod customers;
mod files;
mod frame;
mod imports;
mod items;
mod labels;
mod log;
mod orders;
mod places;
mod production;
mod reports;
mod revoked;
mod scan;
mod stocktakes;
mod ways;
mod why;

/// A person with a browser.
pub(super) struct Visitor<'a> {
    shop: &'a Shop,
    cookie: String,
    language: &'static str,
}

const PASSWORD: &str = "eleven quiet herons";

impl Shop {
    /// Adds a user and logs in; the same role gives the same user.
    pub(super) async fn visitor(&self, role: Role) -> Visitor<'_> {
        let name = format!("test-{}", role.word());
        let user = UserName::new(&name).unwrap();
        if self.node.read(|fold| fold.user(&user)).is_none() {
            let change = UserChange {
                role: Some(role),
                ..UserChange::default()
            };
            self.write(|fold| users::add(fold, &name, &change));
        }
        let made = self.node.invite(Some(&user), 60_000).unwrap();
        let mut visitor = Visitor {
            shop: self,
            cookie: String::new(),
            language: "en",
        };
        let fields = [("password", PASSWORD), ("again", PASSWORD)];
        let entered = visitor
            .post(&format!("/invitation/{}", made.code), &fields)
            .await;
        assert_eq!(entered.goes_to(), "/", "{}", entered.body);
        let cookie = entered.header("set-cookie").split(';').next().unwrap();
        cookie.clone_into(&mut visitor.cookie);
        visitor
    }

    /// Somebody who has not logged in.
    pub(super) const fn stranger(&self) -> Visitor<'_> {
        Visitor {
            shop: self,
            cookie: String::new(),
            language: "en",
        }
    }
}

impl Visitor<'_> {
    /// The same person, reading another language.
    pub(super) fn reading(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:8440")
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_LANGUAGE, self.language)
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        let request = self.request(Method::GET, path);
        self.shop.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form as the browser would from a page of this server.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send_form(self.request(Method::POST, path), fields)
            .await
    }

    /// Sends a form as the page's script does, which shows a part of the answer.
    pub(super) async fn post_part(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self.request(Method::POST, path);
        self.send_form(request.header("hx-request", "true"), fields)
            .await
    }

    /// Sends a form with a file in it.
    pub(super) async fn upload(&self, path: &str, kind: &str, name: &str, file: &[u8]) -> Reply {
        const EDGE: &str = "edge-of-a-part";
        let mut body = Vec::new();
        for (head, part) in [
            ("name=\"kind\"".to_owned(), kind.as_bytes()),
            (format!("name=\"file\"; filename=\"{name}\""), file),
            ("name=\"text\"".to_owned(), b""),
        ] {
            let head = format!("--{EDGE}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend([head.as_bytes(), part, b"\r\n"].concat());
        }
        body.extend(format!("--{EDGE}--\r\n").into_bytes());
        let request = self
            .request(Method::POST, path)
            .header(header::ORIGIN, "http://localhost:8440")
            .header("sec-fetch-site", "same-origin")
            .header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={EDGE}"),
            );
        self.shop
            .send(request.body(Body::from(body)).unwrap())
            .await
    }

    async fn send_form(
        &self,
        request: axum::http::request::Builder,
        fields: &[(&str, &str)],
    ) -> Reply {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = request
            .header(header::ORIGIN, "http://localhost:8440")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = Body::from(body.finish());
        self.shop.send(request.body(body).unwrap()).await
    }
}

impl Reply {
    /// Where a form leads when it was done.
    pub(super) fn goes_to(&self) -> &str {
        assert_eq!(self.status.as_u16(), 303, "{}", self.body);
        self.header("location")
    }

    /// The page without its help, which is closed and has most words of the house in it.
    pub(super) fn without_help(&self) -> String {
        let Some((before, help)) = self.body.split_once("<details class=\"help\">") else {
            return self.body.clone();
        };
        let (_, after) = help.split_once("</details>").unwrap();
        [before, after].concat()
    }

    /// Fails unless all of these stand on the page itself.
    pub(super) fn shows(&self, texts: &[&str]) {
        let page = self.without_help();
        for text in texts {
            assert!(page.contains(text), "{text:?} is not in {page}");
        }
    }
}
