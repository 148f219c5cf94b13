//! What of a lesson its teacher may take out of sight: the lesson with its work, or one work alone.

use domain::ids::HomeworkId;
use domain::textbook::Command;
use uuid::Uuid;

use super::super::form::Typed;
use super::super::week::first_words;
use super::standing::Standing;
use crate::fr;
use crate::web::layout::Choice;

/// The lesson and all its work, in the form.
const WHOLE: &str = "seance";

impl Standing {
    /// What the form of withdrawal offers, the whole first; nothing, where nothing is in sight.
    pub fn withdrawable(&self) -> Vec<Choice> {
        let whole = if self.works.is_empty() { "La séance" } else { "La séance et tout son travail" };
        let whole = self.is_live().then(|| Choice { value: WHOLE.to_owned(), label: whole.to_owned() });
        let works = self.works.iter().map(|work| {
            let due = fr::long_date(self.due_of(work).0);
            let text = self
                .texts
                .read(work.text.as_ref())
                .map_or_else(String::new, |text| format!("\u{202f}: {}", first_words(text)));
            Choice { value: work.homework.to_string(), label: fr::spaced(&format!("Le travail pour le {due}{text}")) }
        });
        whole.into_iter().chain(works).collect()
    }

    /// The command that the form asks for, and the word of what it did: about the lesson when it does not say, or about a work given in it.
    pub fn withdrawal(&self, sent: &Typed) -> Option<(Command, &'static str)> {
        let reason = sent.reason.clone();
        if sent.withdrawn.is_empty() || sent.withdrawn == WHOLE {
            return Some((Command::WithdrawEntry { entry: self.entry, reason, with_homework: true }, "retire"));
        }
        let homework = HomeworkId(Uuid::parse_str(&sent.withdrawn).ok()?);
        let here = self.gone.contains(&homework) || self.works.iter().any(|work| work.homework == homework);
        here.then_some((Command::WithdrawHomework { homework, reason }, "retire-travail"))
    }
}
