//! One trial as a page: a space-time diagram, the money that waited, the plan, and the
//! story of a violation.

use super::{escaped, page};
use crate::recording::Recording;

/// The page. `told` is the story of the first violation in words, if there is one.
///
/// # Errors
/// None that a recording can cause.
pub fn render(recording: &Recording, told: Option<&str>) -> Result<String, serde_json::Error> {
    let Recording { scenario, seed, .. } = recording;
    let title = format!("{scenario}, seed {seed}");
    let data = serde_json::to_string(recording)?;
    Ok(page(&title, STYLE, &body(recording, told), SCRIPT, &data))
}

/// What can be read without the script; it fills in the rest.
fn body(recording: &Recording, told: Option<&str>) -> String {
    let mood = match recording.violations.is_empty() {
        true if recording.verdict.contains("inconclusive") => "unsure",
        true => "good",
        false => "bad",
    };
    let planted = match recording.planted.is_empty() {
        true => String::new(),
        false => format!("<p>planted: <b>{}</b></p>\n", escaped(&recording.planted.join(", "))),
    };
    let story = told.map_or_else(String::new, |told| {
        let told = escaped(told);
        format!("<section><h2>The story</h2>\n<pre tabindex=\"0\">{told}</pre></section>\n")
    });
    let [scenario, seed, verdict, again, digest] = [
        &recording.scenario,
        &recording.seed,
        &recording.verdict,
        &recording.again,
        &recording.digest,
    ]
    .map(|text| escaped(text));
    let lines = recording.plan.iter().map(|(name, line)| {
        format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(line))
    });
    let lines: String = lines.collect();
    let table = format!("<table><tbody>\n{lines}</tbody></table>");
    let plan = match recording.plan.len() {
        ..=LINES_OPEN => table,
        count => format!("<details><summary>{count} lines</summary>\n{table}</details>"),
    };
    format!(
        "<header>\n<h1>{scenario}</h1>\n<p>seed <code>{seed}</code>, {} events, digest \
         <code>{digest}</code></p>\n<p class=\"verdict {mood}\">{verdict}</p>\n{planted}\
         <p class=\"again\"><code>{again}</code></p>\n</header>\n<main>\n{}{}{story}\
         <section><h2>The plan</h2>\n{plan}</section>\n</main>\n",
        recording.events,
        violations(recording),
        BODY,
    )
}

fn violations(recording: &Recording) -> String {
    let told = recording.violations.iter().map(|broken| {
        let (name, claim) = (escaped(&broken.name), escaped(broken.claim));
        let evidence = escaped(&broken.evidence);
        format!("<li><b>{name}</b>: {claim}.<br><mark>{evidence}</mark></li>\n")
    });
    match told.collect::<String>() {
        told if told.is_empty() => told,
        told => format!("<section><h2>What did not hold</h2>\n<ul>\n{told}</ul></section>\n"),
    }
}

/// The longest plan that is shown without being asked for.
const LINES_OPEN: usize = 30;
const BODY: &str = include_str!("trial.html");
const STYLE: &str = include_str!("trial.css");
const SCRIPT: &str = include_str!("trial.js");
