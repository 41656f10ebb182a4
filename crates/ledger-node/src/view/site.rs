//! Sites with their stock: the rows of the item × site matrix.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::Code;
use ledger_core::catalogue::{Class, key};
use serde::Serialize;
use utoipa::ToSchema;

use super::{View, text_of};

/// A site and what lies there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteView {
    /// The site; none is stock at locations without one.
    pub site: Option<String>,
    /// The name people read.
    pub name: String,
    /// Its time zone, by the name that the IANA gives it.
    pub time_zone: Option<String>,
    /// How many locations it has.
    pub locations: usize,
    /// What lies there, by SKU.
    pub items: Vec<SiteItemView>,
    /// The moment of which the numbers are known to be everybody's.
    pub as_of: Option<String>,
}

/// A site as the catalogue has it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteNameView {
    /// The code.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// Its time zone, by the name that the IANA gives it.
    pub time_zone: Option<String>,
    /// No longer in use.
    pub archived: bool,
}

/// An item at a site.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteItemView {
    /// The item.
    pub sku: String,
    /// Our own stock there.
    pub on_hand: String,
    /// Customers' stock there.
    pub on_hand_customers: String,
}

impl View<'_> {
    /// The sites that somebody made, by code.
    #[must_use]
    pub fn site_names(&self) -> Vec<SiteNameView> {
        let codes = self.fold().codes(Class::Site);
        codes.map(|code| self.site_name(code)).collect()
    }

    /// One site as the catalogue has it.
    #[must_use]
    pub fn site_name(&self, code: &Code) -> SiteNameView {
        let archived = self.fold().field(Class::Site, code, key::ARCHIVED);
        SiteNameView {
            code: code.to_string(),
            name: self.fold().name_of(Class::Site, code),
            time_zone: self.zone_of_site(code),
            archived: archived.is_true(),
        }
    }

    /// The site of a location; one that nobody made is none, as in the matrix.
    pub(super) fn made_site_of(&self, location: &Code) -> Option<Code> {
        let site = self.fold().site_of(location);
        site.filter(|site| self.fold().exists(Class::Site, site))
    }

    /// The time zone of a site, if somebody said.
    #[must_use]
    pub fn zone_of_site(&self, site: &Code) -> Option<String> {
        let zone = self.fold().field(Class::Site, site, key::TIME_ZONE);
        zone.as_text().map(str::to_owned)
    }

    /// The time zone that pages show times in when they are about no site: that of the first site
    /// that has one.
    #[must_use]
    pub fn time_zone(&self) -> Option<String> {
        let mut sites = self.fold().codes(Class::Site);
        sites.find_map(|site| self.zone_of_site(site))
    }

    /// All sites by code, and last the stock without a site, if there is any.
    #[must_use]
    pub fn sites(&self) -> Vec<SiteView> {
        let fold = self.fold();
        let site_of = self.site_of_locations();
        let mut sites: BTreeSet<Option<Code>> =
            fold.codes(Class::Site).cloned().map(Some).collect();
        sites.extend(site_of.values().filter(|site| site.is_some()).cloned());
        let mut items: BTreeMap<Option<Code>, Vec<SiteItemView>> = BTreeMap::new();
        let sums = self.sums_by(|line| site_of.get(&line.location).cloned().flatten());
        for ((site, sku), sums) in sums {
            items.entry(site).or_default().push(SiteItemView {
                sku: sku.to_string(),
                on_hand: sums.own.to_string(),
                on_hand_customers: sums.customers.to_string(),
            });
        }
        sites.extend(items.contains_key(&None).then_some(None));
        let mut views: Vec<SiteView> = sites
            .into_iter()
            .map(|site| SiteView {
                name: match &site {
                    Some(site) => fold.name_of(Class::Site, site),
                    None => "without a site".to_owned(),
                },
                time_zone: site.as_ref().and_then(|site| self.zone_of_site(site)),
                locations: site_of.values().filter(|of| **of == site).count(),
                items: items.remove(&site).unwrap_or_default(),
                as_of: self.as_of(),
                site: text_of(site.as_ref()),
            })
            .collect();
        views.sort_by_key(|view| view.site.is_none());
        views
    }
}
