//! What owners are told: a letter to each of what was written down for them (`tenancy::central::owner_notices`).

use tenancy::DatabaseError;
use tenancy::central::mails::Letter;
use tenancy::central::owner_notices::{self, Notice, Owner};

use app::billing::letters::standing;
use app::billing::subscription::how_to_pay;
use app::state::House;
use app::team::letters::of_team;
use app::words::Lang;

/// Makes letters of everything that waits. Gives of how many notices.
///
/// # Errors
/// The central database's; what was not told is told later.
pub async fn write_all(house: &House) -> Result<usize, DatabaseError> {
    let mut written = 0;
    let write = |notice: &Notice, owner: &Owner| letter(house, notice, owner);
    while owner_notices::write_next(&house.central, &house.key, house.clock.now(), write).await? {
        written += 1;
    }
    Ok(written)
}

fn letter(house: &House, notice: &Notice, owner: &Owner) -> Letter {
    let lang = owner.locale.as_deref().and_then(Lang::parse).unwrap_or_default();
    let address = |page: &str| house.settings.address(page);
    let (company, news) = (notice.company.as_str(), &notice.news);
    let of_plan = || (address(app::caller::PLAN), how_to_pay(house, lang));
    let writing = of_team(lang, company, news, address).or_else(|| standing(lang, company, news, of_plan()));
    let mut writing = writing.expect("each kind of news is one slice's");
    writing.name.clone_from(&owner.name);
    writing.lines.insert(0, app::auth::words::greeting(&owner.name, lang));
    writing.write()
}
