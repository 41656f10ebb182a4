//! `cargo xtask schemathesis`: the API of a running server against its own description.
//!
//! The data are those of the demonstration, in a directory that goes away. The program is not
//! ours and not needed for anything else: where it is missing, this says how to get it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo;

/// Names the program where it is not on the path.
const PROGRAM: &str = "SCHEMATHESIS";
/// What it holds against every answer. It is not asked whether all that fits the description is
/// accepted: an order or a place that is not there is refused, whatever the description says.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      negative_data_rejection,ignored_auth,unsupported_method";

/// A server that ends with this.
struct Server {
    child: Child,
    dir: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        for done in [
            self.child.kill(),
            self.child.wait().map(drop),
            fs::remove_dir_all(&self.dir),
        ] {
            if let Err(error) = done {
                eprintln!("tidying up: {error}");
            }
        }
    }
}

/// Runs it; `false` when it found something.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let program = std::env::var_os(PROGRAM).unwrap_or_else(|| "schemathesis".into());
    let found = Command::new(&program)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        bail!(
            "schemathesis is not here. Get it with: python3 -m venv target/schemathesis && \
             target/schemathesis/bin/pip install schemathesis. Then name it: \
             {PROGRAM}=target/schemathesis/bin/schemathesis cargo xtask schemathesis"
        );
    }
    let mut build = cargo::command(root);
    if !cargo::succeeds(build.args(["build", "-p", "sync-server"]))? {
        bail!("stock-server does not build");
    }
    let stock_server = root.join("target/debug/stock-server");
    let dir = std::env::temp_dir().join(format!("stock-schemathesis-{}", std::process::id()));
    let mut demo = Command::new(&stock_server);
    demo.args(["demo", "--once", "--data"]).arg(&dir);
    if !cargo::succeeds(demo.stdout(Stdio::null()))? {
        bail!("the demonstration failed");
    }
    let data = dir.join("server");
    let mut serve = Command::new(&stock_server);
    serve.args([
        "serve",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--log",
        "error",
        "--data",
    ]);
    serve
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let child = serve.spawn().context("could not start the server")?;
    let mut server = Server { child, dir };
    let output = server
        .child
        .stdout
        .take()
        .context("the server says nothing")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let url = text_of(&line, "url")?;
    let mut token = Command::new(&stock_server);
    token.args([
        "token",
        "create",
        "--json",
        "--role",
        "administrator",
        "--data",
    ]);
    let made = token.arg(&data).output()?;
    let token = text_of(&String::from_utf8_lossy(&made.stdout), "token")?;
    let mut test = Command::new(&program);
    test.arg("run").arg(format!("{url}/api/v1/openapi.json"));
    test.arg("--url").arg(format!("{url}/api/v1"));
    test.arg("--header")
        .arg(format!("Authorization: Bearer {token}"));
    test.args(["--checks", CHECKS, "--continue-on-failure"])
        .args(arguments);
    cargo::succeeds(&mut test)
}

fn text_of(json: &str, key: &str) -> Result<String> {
    let value: Value = serde_json::from_str(json).context("the server does not speak JSON")?;
    let text = value.get(key).and_then(Value::as_str);
    Ok(text.with_context(|| format!("no {key}"))?.to_owned())
}
