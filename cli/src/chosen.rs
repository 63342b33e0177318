//! A scenario as it was asked for.

use std::borrow::Cow;
use std::path::Path;

use model::Defects;
use model::decision::Policy;
use reports::Repeat;
use scenarios::plan::Protocol;
use scenarios::settings::DecisionSettings;
use scenarios::{Scenario, Strategy, catalog, load};

use crate::failure::Failure;

/// A scenario, and the word that asked for it.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    word: String,
    policy: Option<Policy>,
    pub(crate) scenario: Cow<'static, Scenario>,
}

impl Chosen {
    /// The scenario that `word` asks for: the path of a file, or the name of a
    /// built-in one.
    ///
    /// # Errors
    /// If there is none, or the file is no valid scenario.
    pub(crate) fn find(word: &str) -> Result<Self, Failure> {
        let scenario = match is_path(word) {
            true => load::file(Path::new(word)).map(Cow::Owned),
            false => catalog::named(word).map(Cow::Borrowed),
        };
        let scenario = scenario.map_err(Failure::Scenario)?;
        Ok(Self { word: word.to_owned(), policy: None, scenario })
    }

    /// The same, and `policy` decides, if one is asked for: in place of the
    /// scenario's, or of the rules that are built in.
    #[must_use]
    pub(crate) fn under(mut self, policy: Option<Policy>) -> Self {
        self.policy = policy;
        if let Some(policy) = policy {
            let scenario = self.scenario.to_mut();
            let said = scenario.decisions.take();
            let said = said.unwrap_or_else(|| DecisionSettings::by(policy));
            scenario.decisions = Some(DecisionSettings { policy, ..said });
        }
        self
    }

    /// Those that `words` ask for; all built-in ones if there are no words.
    ///
    /// # Errors
    /// As [`Chosen::find`].
    pub(crate) fn find_all(words: &[String]) -> Result<Vec<Self>, Failure> {
        if words.is_empty() {
            return catalog::all().iter().map(|scenario| Self::find(&scenario.name)).collect();
        }
        words.iter().map(|word| Self::find(word)).collect()
    }

    /// The same, by this protocol if one is given.
    ///
    /// # Errors
    /// If two-phase commit does not do what the scenario asks for.
    pub(crate) fn by(mut self, protocol: Option<Protocol>) -> Result<Self, Failure> {
        if let Some(protocol) = protocol {
            if let Some(why) = self.scenario.not_comparable() {
                let name = &self.scenario.name;
                let text = format!("`{name}` can't run by two-phase commit: {why}");
                return Err(Failure::BadInput(text));
            }
            self.scenario.to_mut().protocol = Some(protocol);
        }
        Ok(self)
    }

    /// The same, searched in this way, if one is asked for.
    #[must_use]
    pub(crate) fn searched(mut self, strategy: Option<Strategy>) -> Self {
        if strategy.is_some() {
            self.scenario.to_mut().strategy = strategy;
        }
        self
    }

    /// The word that asked for it.
    pub(crate) fn word(&self) -> &str {
        &self.word
    }

    /// How a trial of it is repeated.
    pub(crate) fn repeat(&self, defects: Defects) -> Repeat {
        let Scenario { protocol, strategy, .. } = *self.scenario;
        Repeat::new(&self.word, defects).under(self.policy).by(protocol).searched(strategy)
    }
}

/// A built-in name wins over a file or folder of the same name.
fn is_path(word: &str) -> bool {
    let built_in = catalog::FILES.iter().any(|(name, _)| *name == word);
    let looks_like_one = word.contains(['/', '\\']) || word.ends_with(".toml");
    !built_in && (looks_like_one || Path::new(word).is_file())
}

#[cfg(test)]
mod tests {
    use scenarios::load::LoadError;

    use super::*;

    #[test]
    fn no_words_ask_for_every_built_in_scenario() {
        let all = Chosen::find_all(&[]).unwrap();
        let names: Vec<_> = all.iter().map(|chosen| chosen.scenario.name.as_str()).collect();
        assert_eq!(names, catalog::FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn what_looks_like_a_path_is_one() {
        for path in ["no/such/file", "no-such-file.toml"] {
            let failure = Chosen::find(path).unwrap_err();
            assert!(matches!(failure, Failure::Scenario(LoadError::Unreadable { .. })), "{path}");
        }
        let failure = Chosen::find("clam-day").unwrap_err();
        assert!(matches!(failure, Failure::Scenario(LoadError::Unknown { .. })));
    }
}
