//! What happens to a payment that nobody in the house asked for: somebody has to
//! hear of it.

use model::Dialect;
use sim::Rate;

use crate::settings::Scenario;

/// Whether somebody hears of what happens to a payment that nobody here asked for.
pub(super) fn check(scenario: &Scenario) -> Result<(), (&'static str, String)> {
    let issuer = &scenario.providers.issuer;
    if issuer.objected > Rate::NEVER && issuer.disputed == Rate::NEVER {
        let problem = "`objected` needs `disputed`: there is no dispute to object to otherwise";
        return Err(("objected", problem.to_owned()));
    }
    if scenario.providers.breached > Rate::NEVER && issuer.refund_failed > REFUSED_MAX {
        let problem = "`breached` allows a `refund_failed` of \"50%\" at most: what was taken too \
                       late is given back in the end";
        return Err(("refund_failed", problem.to_owned()));
    }
    let mute = |dialect: &Dialect| dialect.queries.is_none();
    if scenario.providers.breached > Rate::NEVER && scenario.cast.iter().any(mute) {
        let problem = "`breached` needs dialects that answer queries: where an undo is the query, \
                       nobody could tell a broken word from a capture that had been asked for";
        return Err(("breached", problem.to_owned()));
    }
    let happens = [
        ("disputed", issuer.disputed, "a dispute"),
        ("refund_returned", issuer.refund_returned, "a refund that came back"),
        ("breached", scenario.providers.breached, "money that was taken too late"),
        ("refund_by_hand", scenario.operators.refund_by_hand, "a refund by hand"),
    ];
    let happens = happens.into_iter().find(|(_, rate, _)| *rate > Rate::NEVER);
    let told =
        |dialect: &Dialect| dialect.webhooks.signed && !dialect.webhooks.retries_for.is_zero();
    if let Some((field, _, what)) = happens
        && (!scenario.providers.webhooks || !scenario.cast.iter().all(told))
    {
        let problem = format!(
            "`{field}` needs `webhooks = true` and dialects that tell by signed webhooks: nobody \
             would learn of {what} otherwise"
        );
        return Err((field, problem));
    }
    if scenario.sends_back() && !scenario.providers.webhooks {
        let returned = scenario.rails.iter().any(|rail| rail.returned > Rate::NEVER);
        let recalled = scenario.workload.recall > Rate::NEVER;
        let field = match (returned, recalled) {
            (true, _) => "returned",
            (_, true) => "recall",
            _ => "unauthorized",
        };
        let problem = format!(
            "`{field}` needs `webhooks = true`: nobody would take in what banks tell of otherwise"
        );
        return Err((field, problem));
    }
    Ok(())
}

/// How often a refund may be refused that has to come about in the end.
const REFUSED_MAX: Rate = Rate::per_million(500_000);

#[cfg(test)]
mod tests {
    use crate::catalog::FILES;
    use crate::load::parse;

    #[test]
    fn nobody_is_disputed_who_would_not_hear_of_it_or_not_in_time() {
        let (_, text) = FILES.iter().find(|(name, _)| *name == "chargebacks").expect("built in");
        for (from, to, told) in [
            ("webhooks = true", "webhooks = false", "`I22` is never met here"),
            ("\"whop-like\"", "\"legacy\"", "nothing tells what became of a refund"),
            ("\"whop-like\"", "\"hostile\"", "signed webhooks"),
            ("\"2880h\"", "\"2881h\"", "`disputed_after_max` is at most"),
        ] {
            let wrong = text.replace(from, to);
            assert_ne!(wrong, *text, "{from}");
            // Without an ingress, nothing of it can crash.
            let wrong = wrong.replace("who = \"ingress\"", "who = \"store\"");
            let error = parse("mine.toml", &wrong).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn nobody_is_told_of_a_review_who_could_not_take_it_in_and_every_review_has_an_end() {
        let (_, text) = FILES.iter().find(|(name, _)| *name == "cancel-races").expect("built in");
        for (from, to, told) in [
            ("\nwebhooks = true", "\nwebhooks = false", "`told` needs `webhooks = true`"),
            ("\ntold = true", "\ntold = false", "`undecided` needs `told = true`"),
        ] {
            let wrong = text.replace(from, to);
            assert_ne!(wrong, *text, "{from}");
            let error = parse("mine.toml", &wrong).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn nobody_gives_back_by_hand_or_replays_what_nobody_would_hear_of() {
        let (_, text) =
            FILES.iter().find(|(name, _)| *name == "operator-mistakes").expect("built in");
        for (from, to, told) in [
            ("\"whop-like\"", "\"hostile\"", "signed webhooks"),
            (
                "refund_by_hand_after_max = \"480h\"",
                "refund_by_hand_after_max = \"721h\"",
                "at most",
            ),
            ("replay_window_max = \"240h\"", "replay_window_max = \"745h\"", "at most"),
            ("restarts = 4", "restarts = 10001", "at most 10000"),
        ] {
            let wrong = text.replace(from, to);
            assert_ne!(wrong, *text, "{from}");
            let error = parse("mine.toml", &wrong).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let (_, text) = FILES.iter().find(|(name, _)| *name == "chargebacks").expect("built in");
        let wrong = text.replace("disputed = \"50%\"", "disputed = \"0%\"");
        let wrong = wrong.replace(", \"L06\"", "");
        let error = parse("mine.toml", &wrong).unwrap_err().to_string();
        assert!(error.contains("no dispute to object to"), "{error}");
        let calm = FILES[0].1;
        let silent = format!("{calm}\n[operators]\nwebhook_replays = 1\n");
        let error = parse("mine.toml", &silent).unwrap_err().to_string();
        assert!(error.contains("nothing to replay"), "{error}");
    }
}
