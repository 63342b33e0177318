//! The commands that repeat a trial.

use model::decision::Policy;
use model::{Defect, Defects};
use scenarios::Strategy;
use scenarios::plan::Protocol;
use sim::Seed;

/// How trials of one campaign are asked for again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    scenario: String,
    defects: Defects,
    policy: Option<Policy>,
    protocol: Option<Protocol>,
    strategy: Option<Strategy>,
}

impl Repeat {
    /// Trials of `scenario`, which is the name of a built-in one or the path of
    /// a file, with `defects` planted.
    pub fn new(scenario: &str, defects: Defects) -> Self {
        Self {
            scenario: scenario.to_owned(),
            defects,
            policy: None,
            protocol: None,
            strategy: None,
        }
    }

    /// The same, and `policy` decides, if one was asked for.
    #[must_use]
    pub fn under(self, policy: Option<Policy>) -> Self {
        Self { policy, ..self }
    }

    /// The same, by this protocol.
    #[must_use]
    pub fn by(self, protocol: Option<Protocol>) -> Self {
        Self { protocol, ..self }
    }

    /// The same, searched in this way.
    #[must_use]
    pub fn searched(self, strategy: Option<Strategy>) -> Self {
        Self { strategy, ..self }
    }

    /// `word` as a shell takes it for one word.
    pub fn quoted(word: &str) -> String {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./+:@%=,".contains(&b);
        if !word.is_empty() && word.bytes().all(plain) {
            return word.to_owned();
        }
        format!("'{}'", word.replace('\'', r"'\''"))
    }

    /// The command that replays the repro in `file`, ready to paste.
    pub fn replay(file: &str) -> String {
        format!("pennywise replay {}", Self::quoted(file))
    }

    /// The command that repeats the trial of `seed`, ready to paste; by feedback, which a seed
    /// does not repeat, a comment that says so.
    pub fn command(&self, seed: Seed) -> String {
        if self.strategy == Some(Strategy::Feedback) {
            return format!("# seed {seed} by feedback: the file of the finding repeats it");
        }
        let mut command = format!("pennywise run {} --seed {seed}", Self::quoted(&self.scenario));
        if let Some(protocol) = self.protocol {
            command.push_str(" --protocol ");
            command.push_str(protocol.name());
        }
        for story in Defect::ALL.iter().filter(|story| self.defects.has(story.defect)) {
            command.push_str(" --plant ");
            command.push_str(story.name);
        }
        if let Some(policy) = self.policy {
            command.push_str(&format!(" --policy {policy}"));
        }
        if let Some(strategy) = self.strategy {
            command.push_str(&format!(" --strategy {strategy}"));
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_scenario_seed_and_every_planted_defect() {
        let defects = [Defect::DoublePost, Defect::FreshKeyPerTry].into_iter().collect();
        assert_eq!(
            Repeat::new("calm-day", defects).command(Seed(42)),
            "pennywise run calm-day --seed 0x000000000000002a --plant double-post --plant fresh-key-per-try"
        );
    }

    #[test]
    fn a_path_with_a_space_is_quoted() {
        assert_eq!(
            Repeat::new("my files/it's.toml", Defects::NONE).command(Seed(1)),
            r"pennywise run 'my files/it'\''s.toml' --seed 0x0000000000000001"
        );
    }
}
