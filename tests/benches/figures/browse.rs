//! A visitor who is logged in, over one connection that is kept; as much HTTP as that needs, so
//! that what is counted is what went over the wire.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// What browsers of today understand.
const ENCODINGS: &str = "gzip, deflate, br, zstd";
const PASSWORD: &str = "a password of the benchmark";

/// One answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: Vec<String>,
    /// Still compressed.
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.head.iter().filter_map(|line| line.split_once(": "));
        found
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// The visitor.
#[derive(Debug)]
pub struct Visitor {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    cookie: String,
}

impl Visitor {
    /// Nobody yet.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: connect(address),
            cookie: String::new(),
        }
    }

    /// Follows a set-up link, which logs in.
    pub fn choose_password(&mut self, link: &str) {
        let path = link.find("/invitation/").map(|at| &link[at..]).unwrap();
        let password = PASSWORD.replace(' ', "+");
        let form = format!("password={password}&again={password}");
        let answer = self.ask("POST", path, ENCODINGS, &form);
        assert_eq!(answer.status, 303, "{answer:?}");
        let cookie = answer.header("set-cookie").expect("a session");
        self.cookie = cookie.split(';').next().unwrap().to_owned();
    }

    /// One page.
    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, ENCODINGS, "")
    }

    /// Bytes on the wire, heads included, for somebody who was never here.
    pub fn first_load(&mut self, path: &str) -> usize {
        let plain = self.ask("GET", path, "identity", "");
        let text = String::from_utf8(plain.body).expect("a page is text");
        let mut files = BTreeSet::new();
        for mark in ["href=\"/assets/", "src=\"/assets/"] {
            for (at, _) in text.match_indices(mark) {
                let from = at + mark.find('/').unwrap();
                let end = text[from..].find(['"', '#']).unwrap();
                files.insert(text[from..from + end].to_owned());
            }
        }
        assert!(!files.is_empty(), "{path} loads no file");
        let size = |answer: Answer| {
            assert_eq!(answer.status, 200);
            let head: usize = answer.head.iter().map(|line| line.len() + 2).sum();
            head + answer.body.len()
        };
        let own = size(self.get(path));
        files
            .iter()
            .fold(own, |sum, file| sum + size(self.get(file)))
    }

    fn ask(&mut self, method: &str, path: &str, encodings: &str, form: &str) -> Answer {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\naccept-encoding: {encodings}\r\n\
             sec-fetch-site: same-origin\r\n",
            address = self.address
        );
        if !self.cookie.is_empty() {
            head.push_str(&format!("cookie: {}\r\n", self.cookie));
        }
        if method == "POST" {
            head.push_str(&format!(
                "content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
                form.len()
            ));
        }
        let sent = self.stream.get_mut();
        sent.write_all(format!("{head}\r\n{form}").as_bytes())
            .unwrap();
        self.read()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn read(&mut self) -> Answer {
        let status = self.line();
        let mut answer = Answer {
            status: status.split(' ').nth(1).unwrap().parse().unwrap(),
            head: vec![status],
            body: Vec::new(),
        };
        loop {
            let line = self.line();
            if line.is_empty() {
                break;
            }
            answer.head.push(line);
        }
        if let Some(length) = answer.header("content-length") {
            answer.body = vec![0; length.parse().unwrap()];
            self.stream.read_exact(&mut answer.body).unwrap();
        } else if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(&self.line(), 16).unwrap();
                let from = answer.body.len();
                answer.body.resize(from + size, 0);
                self.stream.read_exact(&mut answer.body[from..]).unwrap();
                self.line();
                if size == 0 {
                    break;
                }
            }
        }
        answer
    }
}

fn connect(address: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    BufReader::new(stream)
}
