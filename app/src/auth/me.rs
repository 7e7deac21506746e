//! Who is in front of the screen, as the layers have found out: nothing is asked for it.

use super::types::Me;
use crate::caller;
use crate::error::AppError;
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
    let acting = staff.acting.as_ref().map(|acting| {
        let who = (acting.operator.name.as_str(), staff.account.name.as_str());
        let until = format_instant(acting.until, lang);
        (super::words::acting(who, &until, acting.may_write, lang), super::words::end_acting(lang).to_owned())
    });
    Ok(Me {
        user: staff.account.user.as_uuid(),
        storefront: house.settings.storefront_url(&route.slug, route.primary_domain.as_deref()),
        name: staff.account.name,
        email: staff.account.email,
        role: staff.role,
        agency: route.name.clone(),
        lang,
        acting,
        remember: staff.remember,
        refused: caller::refused_draft()?,
        request: caller::request_id(),
    })
}
