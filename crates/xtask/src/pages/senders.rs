//! Who may send which command: a table for people, made of what the catalogue of events says.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::{fault::Fault, page::Page};
use crate::{generated::spliced, workspace::Workspace};

/// Where the catalogue stands, and where the table does.
const CATALOGUE: &str = "schema/README.md";
const TABLE: &str = "docs/tokens.md";

/// Where every mutation stands.
const SDL: &str = "schema/api.graphql";

/// The roles that let a post send anything, in the order of the columns.
const ROLES: [&str; 5] = ["PLANNER", "COMMANDER", "LIAISON", "WATCH", "REVIEWER"];

/// What the catalogue says of a service, alone and behind a post.
const SERVICE: &str = "an administering service";
const OR_SERVICE: &str = ", or by an administering service";

/// What stands behind a command that no mutation sends.
/// Who tells of what fell due.
const CLOCK: &str = "the clock itself";

const NO_MUTATION: &str = " (no mutation sends it)";

/// A command, as the catalogue tells it of the events that follow from it.
#[derive(Debug, PartialEq)]
struct Sent {
    /// What it is about.
    subject: String,
    name: String,
    mutation: bool,
    senders: Vec<Sender>,
}

#[derive(Clone, Debug, PartialEq)]
struct Sender {
    roles: Vec<String>,
    /// Of which partner the post is; empty when no post may.
    of: String,
    service: bool,
}

/// Writes the table anew.
pub fn write(workspace: &Workspace) -> Result<()> {
    let path = workspace.root().join(TABLE);
    let page = read(&path)?;
    let written = spliced(TABLE, &page, &table(&read(&workspace.root().join(CATALOGUE))?)?)?;
    fs::write(&path, written).with_context(|| format!("could not write {}", path.display()))
}

/// Fails when the API has a mutation that no row of the table is about.
pub(super) fn check_complete(root: &Path) -> Result<()> {
    let sdl = read(&root.join(SDL))?;
    let sent = sent(&read(&root.join(CATALOGUE))?)?;
    let told: BTreeSet<&str> = sent.iter().map(|sent| &*sent.name).collect();
    let untold: Vec<&str> = mutations(&sdl).into_iter().filter(|name| !told.contains(name)).collect();
    ensure!(untold.is_empty(), "{CATALOGUE} does not say who may send {}", untold.join(", "));
    Ok(())
}

/// The fields of the type `Mutation`.
fn mutations(sdl: &str) -> Vec<&str> {
    let fields = sdl.lines().skip_while(|line| !line.starts_with("type Mutation ")).skip(1);
    let fields = fields.take_while(|line| *line != "}");
    fields.filter_map(|line| Some(line.trim().split_once("(input: ")?.0)).collect()
}

/// The table is not what the catalogue says now.
pub(super) fn faults(pages: &[Page]) -> Vec<Fault> {
    let find = |path: &str| pages.iter().find(|page| page.path.as_os_str() == path);
    let (Some(catalogue), Some(page)) = (find(CATALOGUE), find(TABLE)) else {
        return vec![Fault(format!("{CATALOGUE} or {TABLE} is missing"))];
    };
    let line = page.text.lines().position(|line| line.starts_with("<!-- made by")).unwrap_or(0) + 1;
    match table(&catalogue.text).and_then(|table| spliced(TABLE, &page.text, &table)) {
        Ok(written) if written == page.text => Vec::new(),
        Ok(_) => {
            let what = format!("who may send what is not as {CATALOGUE} says: run `cargo xtask schema`");
            vec![Fault::new(page, line, what)]
        }
        Err(error) => vec![Fault::new(page, line, format!("{error:#}"))],
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn table(catalogue: &str) -> Result<String> {
    let mut text = String::from(
        "| About | Command | PLANNER | COMMANDER | LIAISON | WATCH | REVIEWER | Service with ADMIN | The post is of |\n\
         |---|---|---|---|---|---|---|---|---|",
    );
    for Sent { subject, name, mutation, senders } in sent(catalogue)? {
        let name = if mutation { format!("`{name}`") } else { format!("{name} (no mutation)") };
        let yes = |may: bool| if may { "yes" } else { "" };
        let _ = write!(text, "\n| {subject} | {name} |");
        for role in ROLES {
            let may = senders.iter().any(|sender| sender.roles.iter().any(|known| known == role));
            let _ = write!(text, " {} |", yes(may));
        }
        let of: Vec<&str> = senders.iter().map(|sender| &*sender.of).filter(|of| !of.is_empty()).collect();
        let service = senders.iter().any(|sender| sender.service);
        let _ = write!(text, " {} | {} |", yes(service), of.join("; or "));
    }
    Ok(text)
}

/// Every command once, by its subject, in the order of the events that follow from it.
fn sent(catalogue: &str) -> Result<Vec<Sent>> {
    let mut all: Vec<Sent> = Vec::new();
    let mut subject = "";
    for line in catalogue.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            subject = heading;
        }
        let told =
            ["Follows from ", "Nothing follows from "].iter().find_map(|begin| line.strip_prefix(begin));
        let Some(sources) = told.and_then(|line| line.strip_suffix('.')) else { continue };
        for source in sources.split(", or from ") {
            let (name, mutation, sender) = source_of(source)
                .with_context(|| format!("{CATALOGUE} says of a command what is not understood: {source}"))?;
            match all.iter_mut().find(|sent| sent.name == name && sent.mutation == mutation) {
                Some(known) if known.senders.contains(&sender) => {}
                Some(known) => known.senders.push(sender),
                None => {
                    let (subject, name) = (subject.to_owned(), name.to_owned());
                    all.push(Sent { subject, name, mutation, senders: vec![sender] });
                }
            }
        }
    }
    let subjects: Vec<String> = all.iter().map(|sent| sent.subject.clone()).collect();
    all.sort_by_key(|sent| subjects.iter().position(|subject| *subject == sent.subject));
    ensure!(!all.is_empty(), "{CATALOGUE} tells of no command");
    Ok(all)
}

/// The name of a command, whether a mutation sends it, and who may.
fn source_of(source: &str) -> Option<(&str, bool, Sender)> {
    let (command, by) = source.split_once(" by ")?;
    let (name, mutation) = match command.strip_prefix("the command ") {
        Some(command) => (command.strip_suffix(NO_MUTATION)?, false),
        None => (command.strip_prefix('`')?.strip_suffix('`')?, true),
    };
    if by == CLOCK {
        return Some((name, mutation, Sender { roles: Vec::new(), of: CLOCK.to_owned(), service: false }));
    }
    if by == SERVICE {
        return Some((name, mutation, Sender { roles: Vec::new(), of: String::new(), service: true }));
    }
    let (post, service) = match by.strip_suffix(OR_SERVICE) {
        Some(post) => (post, true),
        None => (by, false),
    };
    let (roles, of) = post.strip_prefix("a ")?.split_once(" of ")?;
    let roles: Vec<String> = roles.split(" or ").map(str::to_owned).collect();
    // A role without a column would vanish from the table.
    if roles.iter().any(|role| !ROLES.contains(&role.as_str())) {
        return None;
    }
    Some((name, mutation, Sender { roles, of: of.to_owned(), service }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: &str = "### Partner\n\nFollows from `invitePartner` by a LIAISON or COMMANDER of the host, or by an administering service.\n\n\
        Follows from the command Defer (no mutation sends it) by an administering service.\n\n\
        ### Plan\n\nFollows from `rejectPlan` by a COMMANDER of one, or from `submitPlan` by a PLANNER or WATCH of another.\n\n\
        Follows from `rejectPlan` by a COMMANDER of a third.\n\nFollows from `submitPlan` by a PLANNER or WATCH of another.\n";

    #[test]
    fn every_command_of_the_catalogue_has_a_row_of_who_may_send_it() {
        let rows: Vec<String> = table(EVENTS).unwrap().lines().skip(2).map(str::to_owned).collect();
        assert_eq!(
            rows,
            [
                "| Partner | `invitePartner` |  | yes | yes |  |  | yes | the host |",
                "| Partner | Defer (no mutation) |  |  |  |  |  | yes |  |",
                "| Plan | `rejectPlan` |  | yes |  |  |  |  | one; or a third |",
                "| Plan | `submitPlan` | yes |  |  | yes |  |  | another |",
            ]
        );
    }

    #[test]
    fn every_mutation_of_the_api_is_looked_for() {
        let sdl = "type A {\n\tx(input: B!): C!\n}\n\ntype Mutation {\n\t\"\"\"\n\tSends (it).\n\t\"\"\"\n\
                   \tinvitePartner(input: InvitePartnerInput!): D!\n\tnew(input: E!): F!\n}\n\ntype B {\n\ty(input: C!): D!\n}\n";
        assert_eq!(mutations(sdl), ["invitePartner", "new"]);

        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("schema")).unwrap();
        fs::write(root.path().join(SDL), sdl).unwrap();
        fs::write(root.path().join(CATALOGUE), EVENTS).unwrap();
        let said = check_complete(root.path()).unwrap_err().to_string();
        assert_eq!(said, "schema/README.md does not say who may send new");
    }

    #[test]
    fn what_is_not_understood_is_a_fault() {
        assert!(table("").is_err());
        assert!(table("Follows from `a` by somebody of the host.\n").is_err());
        assert!(table("Follows from `a` by a KING of the host.\n").is_err());
    }

    #[test]
    fn a_table_that_differs_is_told_with_the_task_that_mends_it() {
        let page = |path: &str, text: String| Page { path: path.into(), text };
        let catalogue = || page(CATALOGUE, EVENTS.to_owned());
        let begun =
            "# A\n<!-- made by `cargo xtask schema`: begin -->\n<!-- made by `cargo xtask schema`: end -->\n";
        let Fault(said) = faults(&[catalogue(), page(TABLE, begun.to_owned())]).remove(0);
        assert!(said.starts_with("docs/tokens.md:2: ") && said.contains("`cargo xtask schema`"), "{said}");

        let written = spliced(TABLE, begun, &table(EVENTS).unwrap()).unwrap();
        assert_eq!(faults(&[catalogue(), page(TABLE, written)]), []);
    }
}
