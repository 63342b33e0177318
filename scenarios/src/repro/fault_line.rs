//! What a line about a fault says, and what is wrong with it.

use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use sim::{Fault, Misfortune, Rate, Role, Roles, Stretch, Strike, Trigger, VirtualTime};
use toml::Spanned;

use super::bounds::{LOAD_PERCENT_MAX, PPM_MAX, SPAN_MAX};
use super::fault::{BROWN_OUT, KINDS, OUTAGE, REPLAY, dwell_name, name};
use super::group::Group;
use super::line::{need, or, span};
use super::moment::Moment;
use super::present::Present;
use super::route::Route;
use super::spot::Spot;
use super::stroke::{self, FORCED, Meeting};
use crate::exclusion;
use crate::invalid::{Wrong, nearest};
use crate::party;
use crate::plan::{Forced, ProviderTrouble, Stroke, Trouble};
use crate::settings::Who;
use crate::span::Span;

/// A fault as a file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultLine {
    pub(super) id: Spanned<u32>,
    pub(super) what: Spanned<String>,
    pub(super) on: Option<Spanned<Meeting>>,
    who: Option<Spanned<Group>>,
    #[serde(rename = "where")]
    spot: Option<Spanned<Spot>>,
    links: Option<Spanned<Route>>,
    times: Option<Spanned<u16>>,
    period: Option<Spanned<Span>>,
    load_percent: Option<Spanned<u32>>,
    loss: Option<Spanned<Rate>>,
    good: Option<Spanned<Span>>,
    bad: Option<Spanned<Span>>,
    ahead: Option<Spanned<Span>>,
    back: Option<Spanned<Span>>,
    ppm: Option<Spanned<i32>>,
    takes: Option<Spanned<Span>>,
    restart: Option<Spanned<Span>>,
    keep: Option<Spanned<u16>>,
    record: Option<Spanned<u32>>,
    records: Option<Spanned<u16>>,
    release: Option<Spanned<u8>>,
    errors: Option<Spanned<Rate>>,
    slow_max: Option<Spanned<Span>>,
    newest_first: Option<Spanned<bool>>,
    at: Option<Spanned<Span>>,
    when: Option<Spanned<Moment>>,
    pub(super) approves: Option<Spanned<bool>>,
    pub(super) share: Option<Spanned<Rate>>,
    by: Option<Spanned<Span>>,
    pub(super) lasts: Option<Spanned<Span>>,
}

/// What a line says: something that the kernel knows, something wrong with a
/// whole provider, what befalls a single request, or a branch that is forced.
pub(super) enum Planned {
    Fault(Fault),
    Trouble(ProviderTrouble),
    Stroke(Stroke),
    Forced(Forced),
}

impl FaultLine {
    /// What the line says, in a world where these are `present`.
    ///
    /// # Errors
    /// If it lacks something, says too much, or names what there is not.
    pub(super) fn planned(
        mut self,
        of: &Range<usize>,
        present: &Present,
    ) -> Result<Planned, Wrong> {
        self.check_parties(present)?;
        let what = self.what.get_ref().clone();
        let planned = match what.as_str() {
            OUTAGE | BROWN_OUT | REPLAY => self.trouble(of, &what).map(Planned::Trouble),
            FORCED => self.forced(of).map(Planned::Forced),
            _ if stroke::KINDS.contains(&what.as_str()) => self.stroke(of).map(Planned::Stroke),
            _ => self.fault(of, present).map(Planned::Fault),
        }?;
        match self.left_over() {
            Some((name, span)) => {
                Err(Wrong::new(span, format!("`{name}` means nothing to a fault of kind `{what}`")))
            }
            None => Ok(planned),
        }
    }

    fn fault(&mut self, of: &Range<usize>, present: &Present) -> Result<Fault, Wrong> {
        let id = *self.id.get_ref();
        let misfortune = self.misfortune(of)?;
        self.check_exclusions(&misfortune)?;
        let is_fate =
            matches!(misfortune, Misfortune::Drop | Misfortune::Delay | Misfortune::Duplicate);
        let waits = self.when.as_ref().map_or(of.clone(), Spanned::span);
        let trigger = self.trigger(of, present)?;
        if is_fate && !matches!(trigger, Trigger::OnSend(_)) {
            let problem = format!("`{}` strikes one sending, when it is sent", name(&misfortune));
            let help = "expected `when = \"the 2nd capture for payment 7 from orchestrator to \
                        provider a is sent\"` or the like";
            return Err(Wrong::new(waits, problem).help(help));
        }
        let dwell = match dwell_name(&misfortune) {
            "by" => span(&mut self.by, "by", SPAN_MAX),
            name => span(&mut self.lasts, name, SPAN_MAX),
        }?;
        Ok(Fault { id, trigger, misfortune, dwell })
    }

    fn trouble(&mut self, of: &Range<usize>, what: &str) -> Result<ProviderTrouble, Wrong> {
        let place = self.who.as_ref().map_or(of.clone(), Spanned::span);
        let who = self.one(of)?;
        let provider = party::provider_of(who).ok_or_else(|| {
            Wrong::new(place, "such a fault strikes a provider, such as `provider a`")
        })?;
        let trouble = match what {
            OUTAGE => Trouble::Outage,
            REPLAY => Trouble::Replay { newest_first: or(&mut self.newest_first, false) },
            _ => Trouble::BrownOut {
                errors: or(&mut self.errors, Rate::NEVER),
                slow_max: span(&mut self.slow_max, "slow_max", SPAN_MAX)?,
            },
        };
        let at = need_span(&mut self.at, of, "at", "when it begins, such as `at = \"3s\"`")?;
        let from = VirtualTime::ZERO.after(at);
        let until = from.after(span(&mut self.lasts, "lasts", SPAN_MAX)?);
        Ok(ProviderTrouble { id: *self.id.get_ref(), provider, from, until, trouble })
    }

    fn misfortune(&mut self, of: &Range<usize>) -> Result<Misfortune, Wrong> {
        Ok(match self.what.get_ref().as_str() {
            "crash" => Misfortune::Crash { role: self.one(of)?, point: self.spot(of)? },
            "crash-all" => Misfortune::CrashAll { roles: self.several(of)? },
            "crash-loop" => Misfortune::CrashLoop {
                role: self.one(of)?,
                point: self.spot(of)?,
                times: need(&mut self.times, of, "how often it crashes, such as `times = 3`")?,
            },
            "pause" => Misfortune::Pause { roles: self.several(of)? },
            "partition" => {
                let Stretch { from, to, both_ways } = self.links(of)?;
                Misfortune::Partition { from, to, both_ways }
            }
            "flapping-link" => Misfortune::Flap {
                links: self.links(of)?,
                period: span(&mut self.period, "period", SPAN_MAX)?,
            },
            "link-brown-out" => self.link_brown_out(of)?,
            "clogged-link" => Misfortune::Clog { links: self.links(of)? },
            "drop" => Misfortune::Drop,
            "delay" => Misfortune::Delay,
            "duplicate" => Misfortune::Duplicate,
            "clock-jump" => self.clock_jump(of)?,
            "clock-drift" => self.clock_drift(of)?,
            "slow-sync" => Misfortune::SlowSync {
                role: self.one(of)?,
                takes: need_span(&mut self.takes, of, "takes", "how long a sync takes: `takes`")?,
            },
            "lying-sync" => Misfortune::LyingSync { role: self.one(of)? },
            "full-disk" => Misfortune::FullDisk {
                role: self.one(of)?,
                restart: span(&mut self.restart, "restart", SPAN_MAX)?,
            },
            "torn-tail" => {
                Misfortune::TornTail { role: self.one(of)?, keep: or(&mut self.keep, 0) }
            }
            "corrupt-record" => {
                Misfortune::Corruption { role: self.one(of)?, record: or(&mut self.record, 0) }
            }
            "old-generation" => Misfortune::OldGeneration {
                role: self.one(of)?,
                records: need(&mut self.records, of, "how many are lost: `records`")?,
            },
            "deploy" => {
                let release = need(&mut self.release, of, "which release: `release = 1`")?;
                Misfortune::Deploy { role: self.one(of)?, release }
            }
            unknown => return Err(unknown_kind(unknown, self.what.span())),
        })
    }

    fn link_brown_out(&mut self, of: &Range<usize>) -> Result<Misfortune, Wrong> {
        let load = self.load_percent.as_ref().map_or(100, |load| *load.get_ref());
        if load > LOAD_PERCENT_MAX {
            let place = self.load_percent.as_ref().map_or(of.clone(), Spanned::span);
            let problem = format!("`load_percent` is at most {LOAD_PERCENT_MAX}");
            return Err(Wrong::new(place, problem));
        }
        Ok(Misfortune::Brownout {
            links: self.links(of)?,
            load_percent: or(&mut self.load_percent, 100),
            loss: or(&mut self.loss, Rate::NEVER),
            good: span(&mut self.good, "good", SPAN_MAX)?,
            bad: span(&mut self.bad, "bad", SPAN_MAX)?,
        })
    }

    fn clock_jump(&mut self, of: &Range<usize>) -> Result<Misfortune, Wrong> {
        let (role, ahead) = (self.one(of)?, self.ahead.is_some());
        let by = if ahead { &mut self.ahead } else { &mut self.back };
        let lacks = "how far the clock jumps, such as `ahead = \"3s\"` or `back = \"3s\"`";
        let by = need_span(by, of, if ahead { "ahead" } else { "back" }, lacks)?;
        Ok(Misfortune::WallShift { role, ahead, by })
    }

    fn clock_drift(&mut self, of: &Range<usize>) -> Result<Misfortune, Wrong> {
        let role = self.one(of)?;
        let place = self.ppm.as_ref().map_or(of.clone(), Spanned::span);
        let ppm = need(&mut self.ppm, of, "how wrong the clocks run, such as `ppm = -20000`")?;
        if ppm.unsigned_abs() > PPM_MAX {
            let problem = format!("`ppm` is at most {PPM_MAX} either way");
            return Err(Wrong::new(place, problem));
        }
        Ok(Misfortune::Drift { role, ppm })
    }

    fn trigger(&mut self, of: &Range<usize>, present: &Present) -> Result<Trigger, Wrong> {
        match (self.at.take(), self.when.take()) {
            (Some(at), None) => {
                let span = span(&mut Some(at), "at", SPAN_MAX)?;
                Ok(Trigger::At(VirtualTime::ZERO.after(span)))
            }
            (None, Some(when)) => {
                present.check_moment(when.get_ref(), when.span())?;
                Ok(when.into_inner().trigger())
            }
            (Some(at), Some(_)) => {
                let problem = "a fault strikes either `at` a moment or `when` something happens";
                Err(Wrong::new(at.span(), problem))
            }
            (None, None) => {
                let problem = "this line lacks when it strikes: `at = \"3s\"` or `when = …`";
                Err(Wrong::new(of.clone(), problem))
            }
        }
    }

    fn one(&mut self, of: &Range<usize>) -> Result<Role, Wrong> {
        let place = self.who.as_ref().map_or(of.clone(), Spanned::span);
        let who = need(&mut self.who, of, "whom it strikes, such as `who = \"orchestrator\"`")?;
        who.only().ok_or_else(|| Wrong::new(place, "such a fault strikes a single party"))
    }

    fn several(&mut self, of: &Range<usize>) -> Result<Roles, Wrong> {
        let lacks = "whom it strikes, such as `who = \"orchestrator, store\"`";
        Ok(need(&mut self.who, of, lacks)?.0)
    }

    fn links(&mut self, of: &Range<usize>) -> Result<Stretch, Wrong> {
        let lacks = "which links, such as `links = \"provider a -> orchestrator\"`";
        Ok(need(&mut self.links, of, lacks)?.0)
    }

    fn spot(&mut self, of: &Range<usize>) -> Result<sim::CrashPoint, Wrong> {
        let lacks = "where in a handler it falls, such as `where = \"after sync 1\"`";
        Ok(need(&mut self.spot, of, lacks)?.0)
    }

    fn check_parties(&self, present: &Present) -> Result<(), Wrong> {
        if let Some(who) = &self.who {
            present.check(who.get_ref().named(), who.span())?;
        }
        if let Some(on) = &self.on {
            present.check(on.get_ref().party.into(), on.span())?;
            present.check_payment(on.get_ref().payment, on.span())?;
        }
        if let Some(links) = &self.links {
            let Stretch { from, to, .. } = links.get_ref().0;
            present.check(Group(from).named(), links.span())?;
            present.check(Group(to).named(), links.span())?;
        }
        Ok(())
    }

    /// What no correct system could survive never strikes.
    fn check_exclusions(&self, misfortune: &Misfortune) -> Result<(), Wrong> {
        let (strike, role) = match *misfortune {
            Misfortune::WallShift { role, .. } => (Strike::ClockJump, role),
            Misfortune::Drift { role, .. } => (Strike::ClockDrift, role),
            Misfortune::LyingSync { role } => (Strike::LyingSync, role),
            Misfortune::Corruption { role, .. } => (Strike::Corruption, role),
            Misfortune::OldGeneration { role, .. } => (Strike::OldGeneration, role),
            _ => return Ok(()),
        };
        let spared = Who::of(role).and_then(|who| exclusion::wholly(strike, who));
        spared.map_or(Ok(()), |exclusion| {
            let (what, who) = (strike.name(), party::name(role));
            let problem = format!("{what} never strikes {who}: {}", exclusion.reason);
            Err(Wrong::new(self.what.span(), problem))
        })
    }

    /// What nothing was made of.
    fn left_over(&self) -> Option<(&'static str, Range<usize>)> {
        fn place<T>(field: &Option<Spanned<T>>) -> Option<Range<usize>> {
            field.as_ref().map(Spanned::span)
        }
        let fields = [
            ("on", place(&self.on)),
            ("who", place(&self.who)),
            ("where", place(&self.spot)),
            ("links", place(&self.links)),
            ("times", place(&self.times)),
            ("period", place(&self.period)),
            ("load_percent", place(&self.load_percent)),
            ("loss", place(&self.loss)),
            ("good", place(&self.good)),
            ("bad", place(&self.bad)),
            ("ahead", place(&self.ahead)),
            ("back", place(&self.back)),
            ("ppm", place(&self.ppm)),
            ("takes", place(&self.takes)),
            ("restart", place(&self.restart)),
            ("keep", place(&self.keep)),
            ("record", place(&self.record)),
            ("records", place(&self.records)),
            ("release", place(&self.release)),
            ("errors", place(&self.errors)),
            ("slow_max", place(&self.slow_max)),
            ("newest_first", place(&self.newest_first)),
            ("at", place(&self.at)),
            ("when", place(&self.when)),
            ("approves", place(&self.approves)),
            ("share", place(&self.share)),
            ("by", place(&self.by)),
            ("lasts", place(&self.lasts)),
        ];
        fields.into_iter().find_map(|(name, place)| Some((name, place?)))
    }
}

/// A span that has to be there, and is at most [`SPAN_MAX`].
fn need_span(
    field: &mut Option<Spanned<Span>>,
    of: &Range<usize>,
    name: &str,
    needed: &str,
) -> Result<Duration, Wrong> {
    match field {
        Some(_) => span(field, name, SPAN_MAX),
        None => need(field, of, needed).map(|span| span.0),
    }
}

fn unknown_kind(unknown: &str, place: Range<usize>) -> Wrong {
    let wrong = Wrong::new(place, format!("`{unknown}` is no kind of fault"));
    let all = || KINDS.into_iter().chain(stroke::KINDS).chain([FORCED]);
    match nearest(unknown, all()) {
        Some(near) => wrong.help(format!("did you mean `{near}`?")),
        None => wrong.help(format!("the kinds are {}", all().collect::<Vec<_>>().join(", "))),
    }
}
