//! A story in words: what every format shows, each in its own way.

use model::Token;
use scenarios::invariant::Invariant;
use scenarios::message::Message;
use scenarios::party;
use scenarios::story::{Beat, Deed, Passage, Story, Tally, WrongTurn};
use serde::Serialize;
use sim::{Role, VirtualTime};

use super::belief;
use super::ids::Ids;
use super::sentence::Words;
use crate::brief::Brief;
use crate::number::counted;
use crate::plan_text::{self, wanted};
use crate::trial_text;

/// A story in words.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) evidence: String,
    /// What the customer wanted; `None` if it is about no single payment.
    pub(super) wish: Option<String>,
    /// Each authority, and what it believed.
    pub(super) beliefs: [(String, Vec<String>); 4],
    pub(super) lines: Vec<Line>,
    /// How many lines were left out.
    pub(super) left_out: usize,
    pub(super) turn: Option<Turn>,
    /// The plan, if it is small: what a line is about, and the line.
    pub(super) plan: Vec<(String, String)>,
}

/// One line of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) at: VirtualTime,
    pub(super) event: u64,
    pub(super) role: Role,
    pub(super) who: String,
    pub(super) says: String,
    pub(super) fault: Option<u32>,
    pub(super) arrow: Option<Arrow>,
    pub(super) tally: Option<Tally>,
    pub(super) money: Option<String>,
    /// How often it was said in all, and when for the last time.
    pub(super) times: u64,
    pub(super) last: VirtualTime,
    rank: Rank,
    /// Whether lines are left out before it.
    pub(super) gap: bool,
}

/// A message between two parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: Role,
    pub(super) to: Role,
    /// Whether the line is about its arrival, not about its sending.
    pub(super) heard: bool,
    pub(super) fate: ArrowFate,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ArrowFate {
    /// It arrived.
    Arrived,
    /// It arrived late, or had not arrived yet.
    Late,
    /// It never arrived.
    Lost,
}

/// The first wrong turn in words.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) at: VirtualTime,
    pub(super) event: u64,
    pub(super) who: String,
    pub(super) planted: Vec<&'static str>,
    pub(super) stories: Vec<&'static str>,
    /// What it had heard or been reminded of.
    pub(super) on: Option<String>,
    pub(super) did: Vec<String>,
    pub(super) would: Vec<String>,
    /// When it would have, if that is not the same moment.
    pub(super) would_at: Option<VirtualTime>,
}

/// How much a line matters when not all can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// What happened on the way, and to the way.
    Way,
    /// What was said of the money, and arrived.
    Talk,
    /// What was said of the money in vain, and who was not there to hear it.
    Harm,
    /// What the journal says.
    Journal,
    /// What moved money, or broke the invariant.
    Money,
}

impl Told {
    pub(super) fn of(story: &Story) -> Self {
        let violation = &story.violation;
        let words = Words {
            plan: &story.plan,
            token: violation.token,
            ledger: matches!(
                violation.invariant,
                Invariant::I01 | Invariant::I02 | Invariant::I03 | Invariant::I04
            ),
        };
        let mut lines = lines(story, &words);
        let turn = story.wrong_turn.as_ref().map(|turn| turn.event);
        for line in &mut lines {
            if line.event == violation.event || Some(line.event) == turn {
                line.rank = Rank::Money;
            }
        }
        let (lines, left_out) = bounded(lines);
        let mut told = Self {
            evidence: violation.evidence.clone(),
            wish: wish(story),
            beliefs: belief::columns(story, &words),
            lines,
            left_out,
            turn: story.wrong_turn.as_ref().map(|turn| Turn::of(turn, &words)),
            plan: if is_small(story) { plan_text::short(&story.plan) } else { Vec::new() },
        };
        told.shorten();
        told
    }

    /// Cuts every id, and leaves out those that join nothing.
    fn shorten(&mut self) {
        Ids::drop_lonely(self.texts());
        let ids = Ids::of(self.texts().map(|text| text.as_str()).collect::<Vec<_>>());
        for text in self.texts() {
            *text = ids.shorten(text);
        }
    }

    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let beliefs = self.beliefs.iter_mut().flat_map(|(_, lines)| lines);
        let lines = self.lines.iter_mut().map(|line| &mut line.says);
        let turn = self.turn.iter_mut();
        let turn =
            turn.flat_map(|turn| turn.on.iter_mut().chain(&mut turn.did).chain(&mut turn.would));
        let plan = self.plan.iter_mut().map(|(_, line)| line);
        [&mut self.evidence].into_iter().chain(beliefs).chain(lines).chain(turn).chain(plan)
    }
}

impl Line {
    fn of(beat: &Beat, words: &Words<'_>) -> Self {
        Self {
            at: beat.at,
            event: beat.event,
            role: beat.role,
            who: words.who(beat.role, &beat.deed),
            says: words.sentence(&beat.deed, beat.fault),
            fault: beat.fault,
            arrow: arrow(beat.role, &beat.deed),
            tally: beat.money,
            money: beat.money.as_ref().map(|tally| words.money(tally)),
            times: 1,
            last: beat.at,
            rank: rank(beat),
            gap: false,
        }
    }

    /// What was said in the same words before.
    fn is_again(&self, earlier: &Self) -> bool {
        self.rank <= Rank::Harm
            && self.arrow == earlier.arrow
            && (&self.who, &self.says) == (&earlier.who, &earlier.says)
    }

    /// What happened, and how often.
    pub(super) fn says(&self) -> String {
        let span = Brief::from(self.last.since(self.at));
        match self.times {
            1 => self.says.clone(),
            times => format!("{} ({}, over {span})", self.says, counted(times, "time")),
        }
    }
}

impl Turn {
    fn of(turn: &WrongTurn, words: &Words<'_>) -> Self {
        let said = |deed: &Deed| words.sentence(deed, None);
        // A booking that is refused books nothing, which is no sentence.
        let all = |deeds: &[Deed]| {
            let said = deeds.iter().map(said);
            said.filter(|sentence| !sentence.is_empty()).collect()
        };
        Self {
            at: turn.at,
            event: turn.event,
            who: party::name(turn.role),
            planted: turn.defects.iter().map(|defect| defect.story().name).collect(),
            stories: turn.defects.iter().map(|defect| defect.story().story).collect(),
            on: turn.on.as_ref().map(said),
            did: all(&turn.did),
            would: all(&turn.would),
            would_at: (turn.would_at > turn.at).then_some(turn.would_at),
        }
    }
}

/// A moment, to the millisecond.
pub(super) fn moment(at: VirtualTime) -> String {
    let text = at.to_string();
    text[..text.len() - 3].to_owned()
}

/// When the violation was seen.
pub(super) fn seen(story: &Story) -> String {
    let at = moment(story.violation.at);
    match story.violation.event {
        0 => format!("at rest, {at}"),
        event => format!("{at}, event {}", crate::number::Count(event)),
    }
}

fn wish(story: &Story) -> Option<String> {
    let operation = story.plan.operation(story.violation.token)?;
    let (name, what) = wanted(operation);
    Some(format!("{name}: {what}"))
}

fn lines(story: &Story, words: &Words<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for beat in &story.beats {
        let line = Line::of(beat, words);
        match lines.iter_mut().rev().find(|earlier| line.is_again(earlier)) {
            Some(earlier) => {
                earlier.times += 1;
                earlier.last = line.at;
            }
            None => lines.push(line),
        }
    }
    lines
}

/// The lines that matter most, and how many are left out.
fn bounded(mut lines: Vec<Line>) -> (Vec<Line>, usize) {
    let left_out = lines.len().saturating_sub(LINES_MAX);
    for rank in [Rank::Way, Rank::Talk, Rank::Harm, Rank::Journal, Rank::Money] {
        let mut excess = lines.len().saturating_sub(LINES_MAX);
        let mut gap = false;
        lines.retain_mut(|line| {
            let goes = excess > 0 && line.rank == rank;
            excess -= usize::from(goes);
            gap |= goes || line.gap;
            line.gap = gap && !goes;
            gap &= goes;
            !goes
        });
    }
    (lines, left_out)
}

fn rank(beat: &Beat) -> Rank {
    if beat.money.is_some() {
        return Rank::Money;
    }
    match &beat.deed {
        Deed::Moves(_) | Deed::Remits(_) | Deed::Books(_) | Deed::Finds(_) => Rank::Money,
        Deed::Writes(..) | Deed::Files(..) | Deed::Counts(_) => Rank::Journal,
        Deed::Sends { message, .. } | Deed::Misses { message, .. } if !is_of_money(message) => {
            Rank::Way
        }
        Deed::Sends { passage: Passage::Prompt, .. } | Deed::Hears { .. } => Rank::Talk,
        Deed::Sends { .. }
        | Deed::Misses { .. }
        | Deed::Suffers(_)
        | Deed::Surprises(_)
        | Deed::Crashes(_) => Rank::Harm,
        Deed::IsTold(_) => Rank::Harm,
        Deed::Sees(_)
        | Deed::IsReminded(_)
        | Deed::IsRefused { .. }
        | Deed::IsForced(_)
        | Deed::Boots
        | Deed::GoesOn
        | Deed::Strikes(_)
        | Deed::Heals => Rank::Way,
    }
}

/// Whether money, or what is known of it, may depend on this message.
fn is_of_money(message: &Message) -> bool {
    matches!(
        message,
        Message::Create(_)
            | Message::Refund(_)
            | Message::Cancel(..)
            | Message::AskRecall(..)
            | Message::Notice(_)
            | Message::Event(_)
            | Message::MerchantEvent(_)
            | Message::Commit(_)
            | Message::Committed(..)
            | Message::Book(..)
            | Message::Booked(..)
            | Message::Provide(..)
            | Message::Provided(..)
            | Message::Remit(..)
            | Message::Remitted(..)
            | Message::Return(_)
            | Message::ReviewDecided(_)
            | Message::Webhook(_)
            | Message::WebhookReply(_)
            | Message::Told(..)
            | Message::TwoPhase(_)
    )
}

fn arrow(role: Role, deed: &Deed) -> Option<Arrow> {
    match deed {
        Deed::Sends { identity, passage, .. } => {
            let fate = match passage {
                Passage::Prompt | Passage::Repeated(_) => ArrowFate::Arrived,
                Passage::Late(_) | Passage::InTheAir(_) => ArrowFate::Late,
                Passage::Lost => ArrowFate::Lost,
            };
            Some(Arrow { from: role, to: identity.to, heard: false, fate })
        }
        Deed::Hears { from, .. } => {
            Some(Arrow { from: *from, to: role, heard: true, fate: ArrowFate::Arrived })
        }
        Deed::Misses { from, .. } => {
            Some(Arrow { from: *from, to: role, heard: true, fate: ArrowFate::Lost })
        }
        _ => None,
    }
}

/// Whether the whole plan can be read at a glance: one that was shrunk.
fn is_small(story: &Story) -> bool {
    let plan = &story.plan;
    plan.operations.len() <= PLAN_MAX && plan.named_faults() <= PLAN_MAX
}

/// The violations in a story's trial that came with it.
pub(super) fn title(story: &Story) -> String {
    let violation = std::slice::from_ref(&story.violation);
    format!("{} {}", trial_text::codes(violation), story.violation.invariant.story().name)
}

/// What a story is called that is about no single payment.
pub(super) fn is_about_all(story: &Story) -> bool {
    story.violation.token == Token(0)
}

/// The most lines that a story has.
const LINES_MAX: usize = 40;
/// The most operations, and the most faults, that are shown with a story.
const PLAN_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, rank: Rank) -> Line {
        let at = VirtualTime::from_nanos(number);
        Line {
            at,
            event: number,
            role: Role(0),
            who: "edge".to_owned(),
            says: format!("says {number}"),
            fault: None,
            arrow: None,
            tally: None,
            money: None,
            times: 1,
            last: at,
            rank,
            gap: false,
        }
    }

    #[test]
    fn a_short_story_is_told_whole() {
        let lines: Vec<_> = (0..LINES_MAX as u64).map(|n| line(n, Rank::Way)).collect();
        assert_eq!(bounded(lines.clone()), (lines, 0));
    }

    #[test]
    fn a_long_story_leaves_out_what_matters_least_and_says_where() {
        let ranks = [Rank::Way, Rank::Way, Rank::Journal, Rank::Money];
        let lines = (0..60).map(|n| line(n, ranks[n as usize % 4])).collect();
        let (kept, left_out) = bounded(lines);
        assert_eq!((kept.len(), left_out), (LINES_MAX, 20));
        let of = |rank| kept.iter().filter(|line| line.rank == rank).count();
        assert_eq!([of(Rank::Journal), of(Rank::Money), of(Rank::Way)], [15, 15, 10]);
        let gaps: Vec<_> = kept.iter().filter(|line| line.gap).map(|line| line.event).collect();
        assert_eq!(gaps, [2, 6, 10, 14, 18, 22, 26, 30, 34, 38]);
    }

    #[test]
    fn a_longer_story_leaves_out_more_of_the_same_and_then_the_next() {
        let lines = (0..200).map(|n| line(n, if n % 2 == 0 { Rank::Talk } else { Rank::Money }));
        let (kept, left_out) = bounded(lines.collect());
        assert_eq!((kept.len(), left_out), (LINES_MAX, 160));
        assert!(kept.iter().all(|line| line.rank == Rank::Money));
        assert_eq!(kept.last().map(|line| line.event), Some(199));
    }
}
