//! The team as screens see it, ready to read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ui::portrait::Face;
use crate::values::fields::Fields;

/// A value and what it is called.
pub type Choice = (String, String);

/// The list of the team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeamPage {
    /// Everybody who has an account, those who may come in first.
    pub members: Vec<MemberRow>,
    /// Open invitations, newest first.
    pub invitations: Vec<InvitationRow>,
    /// How many places are taken, of how many, and what another costs.
    pub seats: String,
    /// Whether every place is taken.
    pub is_full: bool,
    /// The roles that one may offer.
    pub roles: Vec<Choice>,
    /// What was typed into the form that was refused.
    pub typed: Option<Fields>,
}

/// A member in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The account.
    pub id: Uuid,
    /// What they look like.
    pub face: Face,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The role, in words.
    pub role: String,
    /// When they were last seen, in words.
    pub last_seen: String,
    /// Whether they may come in.
    pub is_active: bool,
}

/// An open invitation in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvitationRow {
    /// The invitation.
    pub id: Uuid,
    /// To whom.
    pub email: String,
    /// As what, in words.
    pub role: String,
    /// Until when its link is good, in words; or that it no longer is.
    pub until: String,
}

/// One member, and what may be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberPage {
    /// The account.
    pub id: Uuid,
    /// What they look like.
    pub face: Face,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The stored role.
    pub role: String,
    /// The role, in words.
    pub role_name: String,
    /// When they were last seen, in words.
    pub last_seen: String,
    /// Whether they may come in.
    pub is_active: bool,
    /// How many records are theirs, in words.
    pub records: String,
    /// The roles that one may give them; none: one may not.
    pub roles: Vec<Choice>,
    /// Who may be given their records; none: one may not send them away.
    pub heirs: Vec<Choice>,
    /// Whether one may let them in again.
    pub may_reactivate: bool,
    /// What one may do when they have lost their second factor.
    pub help: Help,
    /// Whether one may make them an owner.
    pub may_hand_over: bool,
    /// What was typed into the form that was refused; never a password.
    pub typed: Option<Fields>,
}

/// What may be done for somebody who has lost their second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Help {
    /// Nothing: they have none, or it is not for whoever looks.
    None,
    /// It can be taken away here.
    Here,
    /// Only the platform helps: more than this agency depends on it.
    OfThePlatform,
}

/// What somebody sees who may leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeavePage {
    /// The agency's name.
    pub agency: String,
    /// How many records are theirs, in words.
    pub records: String,
    /// Who may be given them.
    pub heirs: Vec<Choice>,
    /// Whether nobody who owns the agency would be left.
    pub is_last_owner: bool,
    /// Whether the password was given lately enough.
    pub is_proved: bool,
    /// What was typed into the form that was refused.
    pub typed: Option<Fields>,
}

/// An invitation, to whoever has its link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvitationCard {
    /// Who invites whom, into what, in words.
    pub lead: String,
    /// To which address.
    pub email: String,
    /// What whoever accepts has to give.
    pub asks: Asks,
    /// That every place is taken, with the figures; none: there is one.
    pub full: Option<String>,
    /// What was typed into the form that was refused; never a password.
    pub typed: Fields,
}

/// What whoever accepts has to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asks {
    /// A name and a new password: nobody has this address yet.
    NameAndPassword,
    /// The password that they have here.
    Password,
    /// Nothing: it is who is signed in.
    Nothing,
}
