//! Rules of the coalition as a whole.

use crate::{
    Context, Event, OperationCode, Position, Reasons, RefusalCode, Rejection, Role, Subject, World,
    coalition::{Coalition, CoalitionCommand, CoalitionEvent},
    command::Decide,
};

impl World {
    pub fn coalition(&self) -> Result<&Coalition, Rejection> {
        self.folded(Subject::Coalition)
    }
}

impl Decide for CoalitionCommand {
    fn operation(&self) -> Option<&OperationCode> {
        None
    }

    fn decide(
        &self,
        _world: &World,
        context: &Context<'_>,
        mut reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        let Self::DeclareExercise { title } = self;
        if !context.administers() {
            return Err(Rejection::Forbidden(
                "Only an administering service declares an exercise.".to_owned(),
            ));
        }
        reasons.check(context.head == Position(0), RefusalCode::ExerciseInUsedLog, "", || {
            format!("The log holds {} events: only an empty one can become an exercise.", context.head)
        });
        reasons.or(vec![Event::Coalition(CoalitionEvent::ExerciseDeclared { title: title.clone() })])
    }
}

/// The actor is an administering service, or holds one of `roles` in the coalition's host.
pub(crate) fn require_host(
    coalition: &Coalition,
    context: &Context<'_>,
    roles: &[Role],
) -> Result<(), Rejection> {
    if context.administers() {
        return Ok(());
    }
    match coalition.host() {
        Some(host) => context.require_of(&host.code, roles),
        None => Err(Rejection::Forbidden("This is for the host to do, and there is none yet.".to_owned())),
    }
}
