//! How partners come to stand: their answers to invitations, another role, suspension, reinstatement, withdrawal.

use crate::{
    Error,
    coalition::partner::PartnerRole,
    graph::{
        mutation::{Asked, Entry, results},
        node::Partner,
    },
};
use async_graphql::{Context, InputObject, Object};
use domain::{Command, PartnerCode, coalition::PartnerCommand, ids::PartnerId};

#[derive(InputObject)]
struct AcknowledgeInvitationInput {
    /// Code of the partner.
    partner: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DeclineInvitationInput {
    /// Code of the partner.
    partner: String,
    reason: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct DeferInvitationInput {
    /// Code of the partner.
    partner: String,
    reason: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ChangePartnerRoleInput {
    /// Code of the partner.
    partner: String,
    role: PartnerRole,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SuspendPartnerInput {
    /// Code of the partner.
    partner: String,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ReinstatePartnerInput {
    /// Code of the partner.
    partner: String,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct WithdrawPartnerInput {
    /// Code of the partner.
    partner: String,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    AcknowledgeInvitationResult = AcknowledgeInvitationPayload { partner: Partner }
    DeclineInvitationResult = DeclineInvitationPayload { partner: Partner }
    DeferInvitationResult = DeferInvitationPayload { partner: Partner }
    ChangePartnerRoleResult = ChangePartnerRolePayload { partner: Partner }
    SuspendPartnerResult = SuspendPartnerPayload { partner: Partner }
    ReinstatePartnerResult = ReinstatePartnerPayload { partner: Partner }
    WithdrawPartnerResult = WithdrawPartnerPayload { partner: Partner }
}

#[derive(Default)]
pub struct StandingMutations;

#[Object]
impl StandingMutations {
    /// A partner has answered its invitation, and decides on it later. An invited partner has no post to speak by: the host
    /// writes down what it said. For a commander or liaison officer of the host, or an administering service.
    async fn acknowledge_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgeInvitationInput,
    ) -> Result<Option<AcknowledgeInvitationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let Some(partner) = partner else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::AcknowledgeInvitation { partner })).await
    }

    /// A partner has said no to its invitation; it may be invited again. For a commander or liaison officer of the host, or an
    /// administering service.
    async fn decline_invitation(
        &self,
        ctx: &Context<'_>,
        input: DeclineInvitationInput,
    ) -> Result<Option<DeclineInvitationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let reason = asked.parse_if("reason", input.reason.as_deref());
        let (Some(partner), Some(reason)) = (partner, reason) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::DeclineInvitation { partner, reason })).await
    }

    /// A partner has put its decision on its invitation off; it may accede on it later. For a commander or liaison officer of
    /// the host, or an administering service.
    async fn defer_invitation(
        &self,
        ctx: &Context<'_>,
        input: DeferInvitationInput,
    ) -> Result<Option<DeferInvitationResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let reason = asked.parse_if("reason", input.reason.as_deref());
        let (Some(partner), Some(reason)) = (partner, reason) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::DeferInvitation { partner, reason })).await
    }

    /// Entitles a partner that has acceded to something else, also in versions under decision: who has a vote by the new role is
    /// waited for. What was decided and assigned stays. For a commander or liaison officer of the host, or an administering
    /// service; that the host is another, an administering service says alone.
    async fn change_partner_role(
        &self,
        ctx: &Context<'_>,
        input: ChangePartnerRoleInput,
    ) -> Result<Option<ChangePartnerRoleResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let reason = asked.reason(&input.reason);
        let (Some(partner), Some(reason)) = (partner, reason) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked
            .carry_out(
                id,
                Command::Partner(PartnerCommand::ChangeRole { partner, role: input.role.into(), reason }),
            )
            .await
    }

    /// A partner may do nothing until it is reinstated: its posts neither send commands nor read operations, its approval is not
    /// waited for, and none of its officers is newly bound. What it decided stands, and its tasks and assignments stay:
    /// `Partner.suspensionEffects` says which. Never the host. For a commander or liaison officer of the host, or an
    /// administering service.
    async fn suspend_partner(
        &self,
        ctx: &Context<'_>,
        input: SuspendPartnerInput,
    ) -> Result<Option<SuspendPartnerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let reason = asked.reason(&input.reason);
        let (Some(partner), Some(reason)) = (partner, reason) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::Suspend { partner, reason })).await
    }

    /// A suspended partner is again what it was. For a commander or liaison officer of the host, or an administering service.
    async fn reinstate_partner(
        &self,
        ctx: &Context<'_>,
        input: ReinstatePartnerInput,
    ) -> Result<Option<ReinstatePartnerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let reason = asked.reason(&input.reason);
        let (Some(partner), Some(reason)) = (partner, reason) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::Reinstate { partner, reason })).await
    }

    /// A partner leaves the coalition: its officers are relieved, and its past stays readable to those who could read it. It may be
    /// invited again. Never the host. For a commander of the partner itself, a commander or liaison officer of the host, or an
    /// administering service.
    async fn withdraw_partner(
        &self,
        ctx: &Context<'_>,
        input: WithdrawPartnerInput,
    ) -> Result<Option<WithdrawPartnerResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let partner = asked.parse::<PartnerCode>("partner", &input.partner);
        let reason = asked.reason(&input.reason);
        let (Some(partner), Some(reason)) = (partner, reason) else { return asked.refuse().await };
        let id = PartnerId::of(&partner).0;
        asked.carry_out(id, Command::Partner(PartnerCommand::Withdraw { partner, reason })).await
    }
}
