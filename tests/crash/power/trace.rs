//! What `strace` saw a program do: the calls that change files, and what the program said.
//!
//! A call is issued at one place of the trace and returns at a later one; calls of threads
//! interleave. Whatever this module does not understand about a file of the trial is an error,
//! never a guess: a model that missed a call would prove nothing.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The calls to be traced, as `strace -e trace=` takes them.
pub const CALLS: &str = "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,sendto,ftruncate,\
    truncate,fallocate,fsync,fdatasync,sync_file_range,syncfs,sync,rename,renameat,renameat2,unlink,\
    unlinkat,mkdir,mkdirat,rmdir,close,lseek,dup,dup2,dup3,fcntl,copy_file_range,sendfile,link,linkat,\
    symlink,symlinkat,mmap,recvfrom";
/// Longer answers over a socket are no acknowledgements.
const SAID_BYTES_MAX: usize = 64 * 1024;

/// What a call does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Opens a path; the result is the descriptor.
    Open {
        /// Which.
        path: PathBuf,
        /// Whether it is made when it is not there.
        create: bool,
        /// Whether it is emptied.
        truncate: bool,
        /// Whether all writes go to its end.
        append: bool,
    },
    /// Writes bytes at a place, or where the file stands.
    Write {
        /// Into which descriptor.
        fd: i64,
        /// Where, in bytes from the start.
        at: Option<u64>,
        /// The bytes.
        data: Vec<u8>,
    },
    /// Bytes to standard output, standard error or a socket.
    Said {
        /// To which descriptor.
        fd: i64,
        /// The bytes.
        data: Vec<u8>,
    },
    /// Bytes from a socket.
    Heard {
        /// From which descriptor.
        fd: i64,
        /// The bytes.
        data: Vec<u8>,
    },
    /// Cuts or lengthens a file.
    Length {
        /// By which descriptor.
        fd: i64,
        /// To how many bytes.
        len: u64,
    },
    /// Makes sure that a file has at least so many bytes.
    Reach {
        /// By which descriptor.
        fd: i64,
        /// How many bytes.
        len: u64,
    },
    /// Makes a file or a directory durable.
    Sync {
        /// By which descriptor.
        fd: i64,
    },
    /// Gives another name.
    Rename {
        /// The old one.
        from: PathBuf,
        /// The new one.
        to: PathBuf,
    },
    /// Gives one more name.
    Link {
        /// The old one.
        from: PathBuf,
        /// The new one.
        to: PathBuf,
    },
    /// Takes a name away, of a file or of an empty directory.
    Unlink {
        /// Which.
        path: PathBuf,
    },
    /// Makes a directory.
    MakeDir {
        /// Which.
        path: PathBuf,
    },
    /// Closes a descriptor.
    Close {
        /// Which.
        fd: i64,
    },
    /// Moves to a place; the result is that place.
    Seek {
        /// In which descriptor.
        fd: i64,
    },
    /// One more descriptor for the same open file; the result is the new one.
    Duplicate {
        /// Of which.
        fd: i64,
    },
    /// A call that a kill met before it was carried out.
    Nothing,
}

impl What {
    /// Whether it may change what lies below the root.
    const fn changes_files(&self) -> bool {
        match self {
            Self::Write { .. }
            | Self::Length { .. }
            | Self::Reach { .. }
            | Self::Rename { .. }
            | Self::Link { .. }
            | Self::Unlink { .. }
            | Self::MakeDir { .. } => true,
            Self::Open {
                create, truncate, ..
            } => *create || *truncate,
            Self::Said { .. }
            | Self::Heard { .. }
            | Self::Sync { .. }
            | Self::Close { .. }
            | Self::Seek { .. }
            | Self::Duplicate { .. }
            | Self::Nothing => false,
        }
    }
}

/// One call; failed ones are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What it does.
    pub what: What,
    /// What it returned; `None` when the program ended before.
    pub result: Option<i64>,
}

/// One place of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Another program begins: no descriptor is open.
    Program,
    /// The call with this number is issued.
    Begin(usize),
    /// The call with this number has returned.
    End(usize),
}

/// The calls of one program or of several after each other.
#[derive(Debug, Default)]
pub struct Trace {
    /// All calls that did not fail.
    pub calls: Vec<Call>,
    /// In which order they were issued and returned.
    pub steps: Vec<Step>,
}

impl Trace {
    /// Adds the trace file of one program; only files below `root` count.
    ///
    /// # Errors
    /// What cannot be read or is not understood.
    pub fn append(&mut self, file: &Path, root: &Path) -> Result<(), String> {
        let trouble = |error: std::io::Error| format!("{}: {error}", file.display());
        let mut lines =
            BufReader::with_capacity(1 << 20, std::fs::File::open(file).map_err(trouble)?);
        self.steps.push(Step::Program);
        let mut reader = Reader {
            root: root.as_os_str().as_bytes().to_vec(),
            open: BTreeMap::new(),
            failed: std::collections::BTreeSet::new(),
            trace: self,
        };
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(trouble)? > 0 {
            let text = line.trim_ascii_end();
            reader.line(text).map_err(|what| {
                let shown = String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
                format!("{what} in the trace line {shown}")
            })?;
            line.clear();
        }
        let failed = std::mem::take(&mut reader.failed);
        self.steps.retain(|step| match step {
            Step::Begin(call) | Step::End(call) => !failed.contains(call),
            Step::Program => true,
        });
        Ok(())
    }

    /// Whether a program ended within a call that changes something.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        let mut calls = self.calls.iter();
        calls.any(|call| {
            call.result.is_none()
                && !matches!(
                    call.what,
                    What::Sync { .. } | What::Close { .. } | What::Heard { .. }
                )
        })
    }

    /// The calls that change files and had not returned when their program ended.
    #[must_use]
    pub fn cut_short(&self) -> Vec<usize> {
        let calls = self.calls.iter().enumerate();
        let cut_short =
            calls.filter(|(_, call)| call.result.is_none() && call.what.changes_files());
        cut_short.map(|(number, _)| number).collect()
    }

    /// The steps during a sync, when most is pending and something may be told soon.
    #[must_use]
    pub fn during_syncs(&self) -> Vec<usize> {
        let steps = self.steps.iter().enumerate();
        let syncs = steps.filter(|(_, step)| match step {
            Step::Begin(call) => matches!(self.calls[*call].what, What::Sync { .. }),
            Step::Program | Step::End(_) => false,
        });
        syncs.map(|(index, _)| index + 1).collect()
    }

    /// The steps after which a crash may leave something new.
    #[must_use]
    pub fn moments(&self) -> Vec<usize> {
        let matters = |step: &Step| match *step {
            Step::Program => false,
            Step::Begin(call) | Step::End(call) => {
                let what = &self.calls[call].what;
                what.changes_files() || matches!(what, What::Sync { .. } | What::Said { .. })
            }
        };
        let steps = self.steps.iter().enumerate();
        steps
            .filter(|(_, step)| matters(step))
            .map(|(index, _)| index + 1)
            .collect()
    }
}

struct Reader<'a> {
    root: Vec<u8>,
    /// Calls that have not returned, by thread; `None` for one that does not matter.
    open: BTreeMap<Vec<u8>, Option<usize>>,
    failed: std::collections::BTreeSet<usize>,
    trace: &'a mut Trace,
}

impl Reader<'_> {
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (thread, rest) = line.split_at(digits);
        let rest = rest.trim_ascii_start();
        // `+++ killed by SIGKILL +++`, `--- SIGCHLD ---`, and a thread that was let go when its
        // process was killed.
        let ends = [&b"+++"[..], b"---", b"<detached"];
        if rest.is_empty() || ends.iter().any(|end| rest.starts_with(end)) {
            return Ok(());
        }
        if let Some(resumed) = rest.strip_prefix(b"<... ") {
            let call = self.open.remove(thread).flatten();
            let Some(call) = call else { return Ok(()) };
            let at = find(resumed, b"resumed>").ok_or("no `resumed`")? + b"resumed>".len();
            let (late, after) = arguments(&resumed[at..])?;
            // What a call fills in is printed when it returns.
            if let What::Heard { data, .. } = &mut self.trace.calls[call].what
                && let Some(text) = late.first()
            {
                *data = string(text).unwrap_or_default();
            }
            return self.returned(call, after);
        }
        let at = find(rest, b"(").ok_or("no call")?;
        let (name, rest) = (&rest[..at], &rest[at + 1..]);
        let unfinished = rest
            .strip_suffix(b" <unfinished ...>")
            .or_else(|| rest.strip_suffix(b" <detached ...>"));
        let (arguments, after) = arguments(unfinished.unwrap_or(rest))?;
        let what = self.what(name, &arguments)?;
        let call = what.map(|what| {
            self.trace.calls.push(Call { what, result: None });
            let call = self.trace.calls.len() - 1;
            self.trace.steps.push(Step::Begin(call));
            call
        });
        if unfinished.is_some() {
            self.open.insert(thread.to_vec(), call);
            return Ok(());
        }
        call.map_or(Ok(()), |call| self.returned(call, after))
    }

    fn returned(&mut self, call: usize, after: &[u8]) -> Result<(), String> {
        let text = after
            .trim_ascii_start()
            .strip_prefix(b"=")
            .ok_or("no result")?;
        let text = text.trim_ascii_start();
        // The program was killed before it returned.
        if text.starts_with(b"?") {
            return Ok(());
        }
        let len = text
            .iter()
            .take_while(|&&byte| byte == b'-' || byte.is_ascii_digit())
            .count();
        let result: i64 = number(&text[..len]).ok_or("no result")?;
        if result < 0 {
            self.trace.calls[call].result = Some(result);
            self.failed.insert(call);
            return Ok(());
        }
        self.trace.calls[call].result = Some(result);
        self.trace.steps.push(Step::End(call));
        Ok(())
    }

    fn below_root(&self, path: &[u8]) -> bool {
        path.strip_prefix(self.root.as_slice())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }

    /// A path from a directory's argument and a name's.
    fn path(&self, dir: Option<&[u8]>, name: &[u8]) -> Result<Option<PathBuf>, String> {
        let name = string(name).ok_or("no path")?;
        let whole = if name.starts_with(b"/") {
            name
        } else {
            let dir = dir
                .and_then(described)
                .ok_or("a path from an unknown directory")?;
            [dir.as_slice(), b"/", &name].concat()
        };
        Ok(self
            .below_root(&whole)
            .then(|| PathBuf::from(OsStr::from_bytes(&whole))))
    }

    /// A descriptor, when it is of a file below the root.
    fn file(&self, argument: Option<&&[u8]>) -> Option<i64> {
        let argument = argument?;
        let ours = described(argument).is_some_and(|path| self.below_root(&path));
        ours.then(|| descriptor(argument)).flatten()
    }

    fn what(&self, name: &[u8], arguments: &[&[u8]]) -> Result<Option<What>, String> {
        let name = std::str::from_utf8(name).map_err(|error| error.to_string())?;
        let get = |index: usize| arguments.get(index).copied().unwrap_or_default();
        let size = |index: usize| number::<u64>(get(index)).ok_or("no number");
        Ok(match name {
            "open" | "openat" | "creat" => return self.opens(name, arguments),
            "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" | "sendto" | "recvfrom" => {
                return self.bytes(name, arguments);
            }
            "ftruncate" => match self.file(arguments.first()) {
                Some(fd) => Some(What::Length { fd, len: size(1)? }),
                None => None,
            },
            "fallocate" => match self.file(arguments.first()) {
                Some(_) if get(1) != b"0" => return Err("fallocate with a mode".to_owned()),
                Some(fd) => Some(What::Reach {
                    fd,
                    len: size(2)? + size(3)?,
                }),
                None => None,
            },
            "fsync" | "fdatasync" => self.file(arguments.first()).map(|fd| What::Sync { fd }),
            // It promises nothing about what a power loss leaves.
            "sync_file_range" => None,
            "rename" | "renameat" | "renameat2" | "link" | "linkat" | "unlink" | "unlinkat"
            | "rmdir" | "mkdir" | "mkdirat" => return self.names(name, arguments),
            "close" => descriptor(get(0)).map(|fd| What::Close { fd }),
            "lseek" => self.file(arguments.first()).map(|fd| What::Seek { fd }),
            "dup" | "dup2" | "dup3" => self
                .file(arguments.first())
                .map(|fd| What::Duplicate { fd }),
            "fcntl" if get(1).starts_with(b"F_DUPFD") => self
                .file(arguments.first())
                .map(|fd| What::Duplicate { fd }),
            "fcntl" => None,
            "mmap" => {
                let shared = find(get(3), b"MAP_SHARED").is_some();
                let writable = find(get(2), b"PROT_WRITE").is_some();
                if shared && writable && self.file(arguments.get(4)).is_some() {
                    return Err("a file is written through memory".to_owned());
                }
                None
            }
            _ => {
                let ours = arguments
                    .iter()
                    .any(|argument| self.file(Some(argument)).is_some());
                if ours {
                    return Err(format!("{name} on a file"));
                }
                None
            }
        })
    }

    fn opens(&self, name: &str, arguments: &[&[u8]]) -> Result<Option<What>, String> {
        let get = |index: usize| arguments.get(index).copied().unwrap_or_default();
        let (dir, first) = match name {
            "openat" => (Some(get(0)), 1),
            _ => (None, 0),
        };
        let flags = match name {
            "creat" => &b"O_CREAT|O_TRUNC"[..],
            _ => get(first + 1),
        };
        let has = |flag: &[u8]| find(flags, flag).is_some();
        let path = self.path(dir, get(first))?;
        if path.is_some() && has(b"O_TMPFILE") {
            return Err("a file without a name".to_owned());
        }
        Ok(path.map(|path| What::Open {
            path,
            create: has(b"O_CREAT"),
            truncate: has(b"O_TRUNC"),
            append: has(b"O_APPEND"),
        }))
    }

    fn names(&self, name: &str, arguments: &[&[u8]]) -> Result<Option<What>, String> {
        let get = |index: usize| arguments.get(index).copied().unwrap_or_default();
        Ok(match name {
            "rename" | "link" => self.two(name == "link", (None, get(0)), (None, get(1)))?,
            "renameat" | "renameat2" | "linkat" => self.two(
                name == "linkat",
                (Some(get(0)), get(1)),
                (Some(get(2)), get(3)),
            )?,
            "unlinkat" => {
                let path = self.path(Some(get(0)), get(1))?;
                path.map(|path| What::Unlink { path })
            }
            "mkdirat" => {
                let path = self.path(Some(get(0)), get(1))?;
                path.map(|path| What::MakeDir { path })
            }
            "mkdir" => self.path(None, get(0))?.map(|path| What::MakeDir { path }),
            _ => self.path(None, get(0))?.map(|path| What::Unlink { path }),
        })
    }

    fn two(
        &self,
        link: bool,
        from: (Option<&[u8]>, &[u8]),
        to: (Option<&[u8]>, &[u8]),
    ) -> Result<Option<What>, String> {
        Ok(match (self.path(from.0, from.1)?, self.path(to.0, to.1)?) {
            (None, None) => None,
            (Some(from), Some(to)) if link => Some(What::Link { from, to }),
            (Some(from), Some(to)) => Some(What::Rename { from, to }),
            _ => return Err("a name goes into or out of the trial's directory".to_owned()),
        })
    }

    fn bytes(&self, name: &str, arguments: &[&[u8]]) -> Result<Option<What>, String> {
        let get = |index: usize| arguments.get(index).copied().unwrap_or_default();
        let fd = descriptor(get(0)).ok_or("no descriptor")?;
        let ours = self.file(arguments.first()).is_some();
        let place = match name {
            "pwrite64" | "pwritev" | "pwritev2" => Some(number(get(3)).ok_or("no place")?),
            _ => None,
        };
        if name == "recvfrom" {
            return Ok(Some(What::Heard {
                fd,
                data: string(get(1)).unwrap_or_default(),
            }));
        }
        if !ours && get(1).len() > SAID_BYTES_MAX {
            return Ok(None);
        }
        let data = if name.contains("writev") {
            vectors(get(1))?
        } else {
            string(get(1)).unwrap_or_default()
        };
        if ours && data.is_empty() {
            return Err("a write without bytes".to_owned());
        }
        Ok(Some(if ours {
            What::Write {
                fd,
                at: place,
                data,
            }
        } else {
            What::Said { fd, data }
        }))
    }
}

/// The arguments up to the closing bracket, and what follows it.
fn arguments(text: &[u8]) -> Result<(Vec<&[u8]>, &[u8]), String> {
    let (mut found, mut start, mut depth, mut at) = (Vec::new(), 0, 0_u32, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                let rest = text.get(at + 1..).unwrap_or_default();
                at += 1 + rest
                    .iter()
                    .position(|&byte| byte == b'"')
                    .ok_or("an open string")?;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' if depth == 0 => {
                found.push(text[start..at].trim_ascii());
                return Ok((found, &text[at + 1..]));
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(text[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    // The call has not returned: the bracket is not closed yet.
    found.push(text[start..].trim_ascii());
    Ok((found, &[]))
}

/// The bytes of a quoted string in which every byte is `\xNN`.
fn string(text: &[u8]) -> Option<Vec<u8>> {
    let inner = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    hex(inner)
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = Vec::with_capacity(text.len() / 4);
    for group in text.chunks(4) {
        if group == b"\\x00" {
            bytes.push(0);
            continue;
        }
        let [b'\\', b'x', high, low] = *group else {
            return None;
        };
        bytes.push(digit(high)? << 4 | digit(low)?);
    }
    Some(bytes)
}

/// The bytes of all parts of a vector.
fn vectors(text: &[u8]) -> Result<Vec<u8>, String> {
    let (mut all, mut rest) = (Vec::new(), text);
    while let Some(at) = find(rest, b"iov_base=\"") {
        rest = &rest[at + b"iov_base=\"".len()..];
        let end = rest
            .iter()
            .position(|&byte| byte == b'"')
            .ok_or("an open string")?;
        all.extend(hex(&rest[..end]).ok_or("no bytes")?);
        rest = &rest[end + 1..];
    }
    Ok(all)
}

/// The number before `<` in `3<path>`.
fn descriptor(text: &[u8]) -> Option<i64> {
    let end = text
        .iter()
        .position(|&byte| byte == b'<')
        .unwrap_or(text.len());
    number(&text[..end])
}

/// The path in `3<path>`.
fn described(text: &[u8]) -> Option<Vec<u8>> {
    let at = find(text, b"<")?;
    let inner = &text[at + 1..];
    let end = find(inner, b">")?;
    hex(&inner[..end])
}

fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}
