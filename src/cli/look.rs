//! What standard output can show: how wide it is, and whether in colour.

use crate::clock::Clock;
use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use std::io::{IsTerminal as _, stderr, stdout};
use terminal_size::{Width, terminal_size_of};

/// When colour is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless `NO_COLOR` or `CLICOLOR=0` is set; everywhere with `CLICOLOR_FORCE`
    #[default]
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// How text may look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Columns of the terminal; `None` where it is none, and nothing is folded.
    pub(super) width: Option<u16>,
    /// Whether a terminal shows it, also one whose width nobody knows.
    pub(super) on_terminal: bool,
    /// Whether colour is shown.
    pub(super) coloured: bool,
    /// The moment from which ages are counted, in seconds since the epoch.
    pub(super) now_s: i64,
}

impl Look {
    /// That of standard output.
    pub(super) fn of_stdout(colour: Colour) -> Self {
        Self {
            width: terminal_size_of(stdout()).map(|(Width(columns), _)| columns),
            on_terminal: stdout().is_terminal(),
            coloured: colour.decide(AutoStream::choice(&stdout())),
            now_s: Clock::System.seconds(),
        }
    }
}

impl Colour {
    /// Whether standard error is shown in colour.
    pub(super) fn on_stderr(self) -> bool {
        self.decide(AutoStream::choice(&stderr()))
    }

    fn decide(self, found: ColorChoice) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => found != ColorChoice::Never,
        }
    }
}
