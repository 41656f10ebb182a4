//! What is heard: a sound for each kind of answer, since eyes are on the shelf. The terminal's bell
//! in patterns, tones where a Linux console makes them, or a program of the user's.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use super::Happened;
use super::view::Tone;

/// Between two bells of one pattern.
const GAP: Duration = Duration::from_millis(160);
/// So many programs may be making sounds at the same time.
const PLAYING_MAX: usize = 4;

/// Who makes the sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Player {
    /// Nobody.
    Nobody,
    /// The terminal's bell.
    Bell,
    /// The bell of a Linux console, which can be told its tone.
    Console,
    /// A program, with the word of the answer.
    Program(PathBuf),
}

impl Player {
    /// As it was asked for, or as the terminal can.
    pub(super) fn of(is_quiet: bool, program: Option<&Path>, term: &str) -> Self {
        match (is_quiet, program) {
            (true, _) => Self::Nobody,
            (false, Some(program)) => Self::Program(program.to_owned()),
            (false, None) if term == "linux" => Self::Console,
            (false, None) => Self::Bell,
        }
    }
}

/// A tone of a console: how high in Hz, how long in milliseconds, how often.
const fn console(tone: Tone) -> (u32, u32, u32) {
    match tone {
        Tone::Ok => (1_400, 70, 1),
        Tone::Warn => (700, 120, 2),
        Tone::Error => (220, 350, 2),
        Tone::Duplicate => (2_200, 25, 1),
    }
}

/// How often the bell rings.
const fn bells(tone: Tone) -> u32 {
    match tone {
        Tone::Ok => 1,
        Tone::Warn => 2,
        Tone::Error => 3,
        Tone::Duplicate => 0,
    }
}

/// What is written for one ring, and how often it rings.
fn ring(player: &Player, tone: Tone) -> (String, u32) {
    match player {
        Player::Nobody | Player::Program(_) => (String::new(), 0),
        Player::Bell => ("\u{7}".to_owned(), bells(tone)),
        Player::Console => {
            let (hertz, millis, times) = console(tone);
            (format!("\u{1b}[10;{hertz}]\u{1b}[11;{millis}]\u{7}"), times)
        }
    }
}

/// Plays what is asked for until nobody asks any more. Of what is asked for at once the worst is
/// heard, and what comes meanwhile cuts a pattern short.
pub(super) fn play(player: &Player, tones: &Receiver<Tone>, happened: &Sender<Happened>) {
    let mut playing = Vec::new();
    let mut next = tones.recv().ok();
    while let Some(first) = next.take() {
        let tone = tones.try_iter().fold(first, Tone::max);
        if let Player::Program(program) = player {
            playing.retain_mut(|child: &mut Child| matches!(child.try_wait(), Ok(None)));
            if playing.len() < PLAYING_MAX {
                match started(program, tone) {
                    Ok(child) => playing.push(child),
                    Err(error) => {
                        let text = format!("no sound: {}: {error}", program.display());
                        drop(happened.send(Happened::Notice(text)));
                    }
                }
            }
        }
        next = match rung(ring(player, tone), tones) {
            Ok(tone) => Some(tone),
            Err(RecvTimeoutError::Timeout) => tones.recv().ok(),
            Err(RecvTimeoutError::Disconnected) => None,
        };
    }
}

/// Rings so often, unless another tone is asked for; waits a gap behind the last.
fn rung((ring, times): (String, u32), tones: &Receiver<Tone>) -> Result<Tone, RecvTimeoutError> {
    for _ in 0..times {
        let mut out = io::stdout().lock();
        // A terminal that is gone hears nothing.
        drop(out.write_all(ring.as_bytes()).and_then(|()| out.flush()));
        drop(out);
        match tones.recv_timeout(GAP) {
            Err(RecvTimeoutError::Timeout) => {}
            heard => return heard,
        }
    }
    Err(RecvTimeoutError::Timeout)
}

fn started(program: &Path, tone: Tone) -> io::Result<Child> {
    let mut command = Command::new(program);
    command
        .arg(tone.word())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_sounds_different() {
        let all = [Tone::Ok, Tone::Warn, Tone::Error, Tone::Duplicate];
        for player in [Player::Bell, Player::Console] {
            let rings: std::collections::BTreeSet<_> =
                all.iter().map(|tone| ring(&player, *tone)).collect();
            assert_eq!(rings.len(), all.len(), "{player:?}");
        }
        let words: std::collections::BTreeSet<_> = all.iter().map(|tone| tone.word()).collect();
        assert_eq!(words.len(), all.len());
    }

    #[test]
    fn who_plays_is_as_it_was_asked_for() {
        let program = Path::new("/usr/bin/aplay");
        assert_eq!(Player::of(true, Some(program), "linux"), Player::Nobody);
        assert_eq!(
            Player::of(false, Some(program), "linux"),
            Player::Program(program.to_owned())
        );
        assert_eq!(Player::of(false, None, "linux"), Player::Console);
        assert_eq!(Player::of(false, None, "xterm"), Player::Bell);
    }
}
