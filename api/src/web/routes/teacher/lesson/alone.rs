//! Work given alone: in class, on a telephone, the work now and the content of the lesson in the evening.

use domain::textbook::Command;
use domain::textbook::homework::NewHomework;
use infra::desk::Paper;
use infra::journal::Receipt;

use super::super::form::{Typed, wrong};
use super::super::{Visitor, Web};
use super::papers;
use super::standing::Standing;
use crate::problem::Problem;
use crate::web::layout::FieldError;

impl Standing {
    /// Says why a form without content cannot be sent: it gives no work, or holds what goes with the content. `of_work` is what is wrong
    /// with the work, which is said first.
    pub fn without_content(
        &self,
        typed: &Typed,
        homework: &[NewHomework],
        of_work: &[FieldError],
        errors: &mut Vec<FieldError>,
    ) {
        if !typed.content.is_empty() {
            return;
        }
        // Sent twice, it says what it says to who sends it once.
        let again = !homework.is_empty() && homework.iter().all(|new| self.stands(new)) && typed.gave(homework);
        let gives = again || !of_work.is_empty() || homework.iter().any(|new| !self.stands(new));
        if self.is_live() || !gives {
            wrong(errors, "contenu".into(), self.nothing_written());
        } else if typed.frames_content() {
            let message = "La séquence et les documents de la séance vont avec son contenu : écrivez-le, ou retirez-les pour ne donner que le travail.";
            wrong(errors, "contenu".into(), message);
        }
    }

    /// Whether work stands although the lesson is not written.
    pub fn has_work_alone(&self) -> bool {
        !self.is_live() && !self.works.is_empty()
    }

    /// The word of what a command did.
    pub fn done(&self, command: &Command) -> &'static str {
        match command {
            Command::WriteHomework { .. } if self.is_awaited() => "donne-seul",
            Command::WriteHomework { .. } => "donne",
            Command::ReviseEntry { .. } => "revise",
            _ => "publie",
        }
    }
}

/// The lesson is still to be written: what a draft has of it stays, beside the work that is given now.
pub async fn given(web: &Web, standing: &Standing, visitor: Visitor, typed: &Typed, receipt: Receipt) {
    if let Err(problem) = put_aside(web, standing, visitor, typed, receipt.version).await {
        tracing::warn!(code = problem.code, "the draft of a lesson does not know that its work is given");
    }
}

async fn put_aside(
    web: &Web,
    standing: &Standing,
    visitor: Visitor,
    typed: &Typed,
    version: i64,
) -> Result<(), Problem> {
    papers::keep_note(web, standing, visitor, typed, &mut Vec::new()).await?;
    let (desk, place) = (&web.app.desk, standing.place(visitor.0));
    let kept = standing.on_desk.draft().filter(|draft| !draft.content.is_empty() || draft.frames_content());
    let done = match kept.zip(standing.term()) {
        Some((draft, term)) => {
            let mut draft = Typed { homework: typed.given(), version: version.to_string(), ..draft.clone() };
            let files = draft.files();
            let text = serde_json::to_string(&draft).map_err(|_| Problem::invalid("draft-malformed", "contenu"))?;
            desk.lay(Paper::Draft, place, term, &text, &files, web.app.now()).await
        }
        None => desk.discard(Paper::Draft, place).await,
    };
    done.map_err(|problem| papers::unavailable(&problem))
}
