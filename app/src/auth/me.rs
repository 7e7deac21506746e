//! Who is in front of the screen, as the layers have found out: nothing is asked for it.

use super::types::{Demand, Me};
use crate::access::Role;
use crate::account::portrait::face;
use crate::caller;
use crate::error::AppError;
use crate::ui::act::Refused;
use crate::values::day::format_instant;

/// The member of staff whose page is being made.
///
/// # Errors
/// As [`caller::staff`].
pub fn me() -> Result<Me, AppError> {
    let staff = caller::staff(crate::access::Can::SeeAgency)?;
    let house = caller::house()?;
    let route = staff.db.route();
    let lang = crate::words::lang();
    // Who acts as a member has a second factor of their own, and is asked for none.
    let demand = if staff.acting.is_some() { Demand::Nothing } else { caller::insiders_demand()? };
    let acting = staff.acting.as_ref().map(|acting| {
        let who = (acting.operator.name.as_str(), staff.account.name.as_str());
        let until = format_instant(acting.until, lang);
        (super::words::acting(who, &until, acting.may_write, lang), super::words::end_acting(lang).to_owned())
    });
    Ok(Me {
        user: staff.account.user.as_uuid(),
        storefront: house.settings.storefront_url(&route.slug, route.primary_domain.as_deref()),
        face: face(staff.account.user.as_uuid(), &staff.account.name, staff.account.photo.as_deref()),
        name: staff.account.name,
        email: staff.account.email,
        role: staff.role,
        owes: route.is_past_due && staff.role == Role::Owner,
        agency: route.name.clone(),
        lang,
        acting,
        remember: staff.remember,
        refused: caller::refused_draft()?,
        second_factor: staff.account.second_factor,
        reminder: crate::auth::words::reminder(demand, lang),
        request: caller::request_id(),
    })
}

/// Whether whoever asks has a second factor.
pub fn has_second_factor() -> bool {
    caller::insider().is_ok_and(|who| who.second_factor)
}

/// On a page without the frame of the CRM: the draft that its address names, and why its form was refused.
pub fn refused() -> Option<Refused> {
    let is_staff = matches!(caller::anybody(), Ok((caller::Who::Staff { .. }, _)));
    is_staff.then(|| Refused(caller::refused_draft().ok().flatten()))
}
