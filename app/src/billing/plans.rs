//! From the central table of plans to what screens show.

use tenancy::central::plans;

use super::types::Plan;
use crate::error::AppError;
use crate::state::House;

/// Every plan, cheapest first.
///
/// # Errors
/// The database's.
pub async fn list(house: &House) -> Result<Vec<Plan>, AppError> {
    Ok(plans::list(&house.central).await?.into_iter().map(shown).collect())
}

fn shown(plan: plans::Plan) -> Plan {
    let features = match plan.features {
        serde_json::Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect(),
        _ => Vec::new(),
    };
    Plan {
        name: plan.name,
        display_name: plan.display_name,
        price_monthly: plan.price_monthly,
        price_yearly: plan.price_yearly,
        max_users: plan.max_users,
        max_properties: plan.max_properties,
        additional_user_price: plan.additional_user_price,
        activation_fee: plan.activation_fee,
        features,
    }
}
