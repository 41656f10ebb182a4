//! The table of application identifiers, as facts.
//!
//! After the GS1 General Specifications, section 3, and the GS1 Barcode Syntax Dictionary; a test
//! reads that dictionary and holds this table to it. One row is one AI or a range of them.

use super::ai::Rule::{
    CheckDigit, CheckPair, Date, DateOrMonth, HasNonDigit, Hour, HourMinute, Hyphen, Iban,
    ImporterIndex, Latitude, LongDate, Longitude, MediaType, Minute, NoLeadingZero, NonZero,
    PercentEncoded, PieceOfTotal, PositionOfTotal, Second, Sex, Winding, YesNo, Zero,
};
use super::ai::{Ai, Form, Part, n, n_to, x, x_to, y_to, z_to};

const SSCC: Part = n(18).must(&[CheckDigit]);
const GTIN: Part = n(14).must(&[CheckDigit]);
const GLN: Part = n(13).must(&[CheckDigit]);
const DAY: Part = n(6).must(&[Date]);
const DAY_OR_MONTH: Part = n(6).must(&[DateOrMonth]);
const LONG_DAY: Part = n(8).must(&[LongDate]);
const CLOCK: Part = n(4).must(&[HourMinute]);
const PIECES: Part = n(4).must(&[PieceOfTotal]);
const N3: Part = n(3);
const MORE_N3: Part = N3.optional();

/// Any of the keys of goods.
const GOODS: &str = "01,02,03,8006,8026";
/// A trade item, or what a logistic unit holds.
const TRADE: &str = "01,02";
/// A logistic unit or a trade item.
const LOGISTIC: &str = "00,01";
const SHIPMENT: &str = "00";
/// A provider or recipient of a service.
const PERSON: &str = "8017,8018";
/// A count or a measure of trade.
const MEASURED: &str = "30,31nn,32nn,35nn,36nn";

/// One row: AI or range, title, whether its length alone ends it, whether a Digital Link may have it
/// in its query, the parts of its value; then what it needs beside it, what it excludes, the
/// qualifiers that follow it where it is a Digital Link's key, and the form of its value.
macro_rules! rows {
    ($($first:literal $(..= $last:literal)? $title:literal $end:ident $(+ $attribute:ident)?
        [$($part:expr),*] $(, needs $needs:expr)? $(, without $without:expr)?
        $(, key $key:expr)? $(, as $form:ident)?;)*) => {
        &[$(
            Ai::new($first, $title, &[$($part),*])
                .$end()
                $(.to($last))?
                $(.$attribute())?
                $(.needs($needs))?
                $(.without($without))?
                $(.key($key))?
                $(.form(Form::$form))?
        ),*]
    };
}

/// All application identifiers, in the order of the specifications.
pub(super) const TABLE: &[Ai] = rows! {
    "00" "SSCC" predefined + attribute [SSCC], key "";
    "01" "GTIN" predefined + attribute [GTIN], without "255,37", key "22,10,21|235";
    "02" "CONTENT" predefined + attribute [GTIN], needs "37", without "01,03";
    "03" "MTO GTIN" predefined [GTIN], without "01,02,37,235";
    "10" "BATCH/LOT" ended + attribute [x_to(20)], needs GOODS;
    "11" "PROD DATE" predefined + attribute [DAY_OR_MONTH], needs GOODS, as Date;
    "12" "DUE DATE" predefined + attribute [DAY_OR_MONTH], needs "8020", as Date;
    "13" "PACK DATE" predefined + attribute [DAY_OR_MONTH], needs GOODS, as Date;
    "15" "BEST BEFORE or BEST BY" predefined + attribute [DAY_OR_MONTH], needs GOODS, as Date;
    "16" "SELL BY" predefined + attribute [DAY_OR_MONTH], needs GOODS, as Date;
    "17" "USE BY or EXPIRY" predefined + attribute [DAY_OR_MONTH],
        needs "01,02,03,255,8006,8026", as Date;
    "20" "VARIANT" predefined + attribute [n(2)], needs GOODS;
    "21" "SERIAL" ended [x_to(20)], needs "01,03,8006", without "235";
    "22" "CPV" ended [x_to(20)], needs "01";
    "235" "TPX" ended [x_to(28)], needs "01";
    "240" "ADDITIONAL ID" ended + attribute [x_to(30)], needs GOODS;
    "241" "CUST. PART No." ended + attribute [x_to(30)], needs GOODS;
    "242" "MTO VARIANT" ended + attribute [n_to(6)], needs "01,02,8006,8026";
    "243" "PCN" ended + attribute [x_to(20)], needs "01,03";
    "250" "SECONDARY SERIAL" ended + attribute [x_to(30)], needs "01+21,03+21,8006+21";
    "251" "REF. TO SOURCE" ended + attribute [x_to(30)], needs "01,03,8006";
    "253" "GDTI" ended + attribute [GLN, x_to(17).optional()], key "";
    "254" "GLN EXTENSION COMPONENT" ended [x_to(20)], needs "414";
    "255" "GCN" ended + attribute [GLN, n_to(12).optional()],
        without "01,02,415,8006,8020,8026", key "";
    "30" "VAR. COUNT" ended + attribute [n_to(8)], needs TRADE, as Count;
    "3100"..="3105" "NET WEIGHT (kg)" predefined + attribute [n(6)],
        needs TRADE, without "310n", as Decimal;
    "3110"..="3115" "LENGTH (m)" predefined + attribute [n(6)],
        needs TRADE, without "311n", as Decimal;
    "3120"..="3125" "WIDTH (m)" predefined + attribute [n(6)],
        needs TRADE, without "312n", as Decimal;
    "3130"..="3135" "HEIGHT (m)" predefined + attribute [n(6)],
        needs TRADE, without "313n", as Decimal;
    "3140"..="3145" "AREA (m²)" predefined + attribute [n(6)],
        needs TRADE, without "314n", as Decimal;
    "3150"..="3155" "NET VOLUME (l)" predefined + attribute [n(6)],
        needs TRADE, without "315n", as Decimal;
    "3160"..="3165" "NET VOLUME (m³)" predefined + attribute [n(6)],
        needs TRADE, without "316n", as Decimal;
    "3200"..="3205" "NET WEIGHT (lb)" predefined + attribute [n(6)],
        needs TRADE, without "320n", as Decimal;
    "3210"..="3215" "LENGTH (in)" predefined + attribute [n(6)],
        needs TRADE, without "321n", as Decimal;
    "3220"..="3225" "LENGTH (ft)" predefined + attribute [n(6)],
        needs TRADE, without "322n", as Decimal;
    "3230"..="3235" "LENGTH (yd)" predefined + attribute [n(6)],
        needs TRADE, without "323n", as Decimal;
    "3240"..="3245" "WIDTH (in)" predefined + attribute [n(6)],
        needs TRADE, without "324n", as Decimal;
    "3250"..="3255" "WIDTH (ft)" predefined + attribute [n(6)],
        needs TRADE, without "325n", as Decimal;
    "3260"..="3265" "WIDTH (yd)" predefined + attribute [n(6)],
        needs TRADE, without "326n", as Decimal;
    "3270"..="3275" "HEIGHT (in)" predefined + attribute [n(6)],
        needs TRADE, without "327n", as Decimal;
    "3280"..="3285" "HEIGHT (ft)" predefined + attribute [n(6)],
        needs TRADE, without "328n", as Decimal;
    "3290"..="3295" "HEIGHT (yd)" predefined + attribute [n(6)],
        needs TRADE, without "329n", as Decimal;
    "3300"..="3305" "GROSS WEIGHT (kg)" predefined + attribute [n(6)],
        needs LOGISTIC, without "330n", as Decimal;
    "3310"..="3315" "LENGTH (m), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "331n", as Decimal;
    "3320"..="3325" "WIDTH (m), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "332n", as Decimal;
    "3330"..="3335" "HEIGHT (m), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "333n", as Decimal;
    "3340"..="3345" "AREA (m²), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "334n", as Decimal;
    "3350"..="3355" "VOLUME (l), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "335n", as Decimal;
    "3360"..="3365" "VOLUME (m³), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "336n", as Decimal;
    "3370"..="3375" "KG PER m²" predefined + attribute [n(6)],
        needs "01", without "337n", as Decimal;
    "3400"..="3405" "GROSS WEIGHT (lb)" predefined + attribute [n(6)],
        needs LOGISTIC, without "340n", as Decimal;
    "3410"..="3415" "LENGTH (in), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "341n", as Decimal;
    "3420"..="3425" "LENGTH (ft), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "342n", as Decimal;
    "3430"..="3435" "LENGTH (yd), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "343n", as Decimal;
    "3440"..="3445" "WIDTH (in), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "344n", as Decimal;
    "3450"..="3455" "WIDTH (ft), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "345n", as Decimal;
    "3460"..="3465" "WIDTH (yd), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "346n", as Decimal;
    "3470"..="3475" "HEIGHT (in), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "347n", as Decimal;
    "3480"..="3485" "HEIGHT (ft), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "348n", as Decimal;
    "3490"..="3495" "HEIGHT (yd), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "349n", as Decimal;
    "3500"..="3505" "AREA (in²)" predefined + attribute [n(6)],
        needs TRADE, without "350n", as Decimal;
    "3510"..="3515" "AREA (ft²)" predefined + attribute [n(6)],
        needs TRADE, without "351n", as Decimal;
    "3520"..="3525" "AREA (yd²)" predefined + attribute [n(6)],
        needs TRADE, without "352n", as Decimal;
    "3530"..="3535" "AREA (in²), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "353n", as Decimal;
    "3540"..="3545" "AREA (ft²), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "354n", as Decimal;
    "3550"..="3555" "AREA (yd²), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "355n", as Decimal;
    "3560"..="3565" "NET WEIGHT (tr oz)" predefined + attribute [n(6)],
        needs TRADE, without "356n", as Decimal;
    "3570"..="3575" "NET VOLUME (oz)" predefined + attribute [n(6)],
        needs TRADE, without "357n", as Decimal;
    "3600"..="3605" "NET VOLUME (qt (US))" predefined + attribute [n(6)],
        needs TRADE, without "360n", as Decimal;
    "3610"..="3615" "NET VOLUME (gal.)" predefined + attribute [n(6)],
        needs TRADE, without "361n", as Decimal;
    "3620"..="3625" "VOLUME (qt (US)), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "362n", as Decimal;
    "3630"..="3635" "VOLUME (gal (US)), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "363n", as Decimal;
    "3640"..="3645" "NET VOLUME (in³)" predefined + attribute [n(6)],
        needs TRADE, without "364n", as Decimal;
    "3650"..="3655" "NET VOLUME (ft³)" predefined + attribute [n(6)],
        needs TRADE, without "365n", as Decimal;
    "3660"..="3665" "NET VOLUME (yd³)" predefined + attribute [n(6)],
        needs TRADE, without "366n", as Decimal;
    "3670"..="3675" "VOLUME (in³), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "367n", as Decimal;
    "3680"..="3685" "VOLUME (ft³), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "368n", as Decimal;
    "3690"..="3695" "VOLUME (yd³), log" predefined + attribute [n(6)],
        needs LOGISTIC, without "369n", as Decimal;
    "37" "COUNT" ended + attribute [n_to(8)], needs "00+02,00+8026", as Count;
    "3900"..="3909" "AMOUNT" ended + attribute [n_to(15)],
        needs "255,8020", without "390n,391n,394n,8111", as Decimal;
    "3910"..="3919" "AMOUNT" ended + attribute [n(3), n_to(15)],
        needs "8020", without "391n", as Money;
    "3920"..="3929" "PRICE" ended + attribute [n_to(15)],
        needs "01+30,01+31nn,01+32nn,01+35nn,01+36nn", without "392n,393n", as Decimal;
    "3930"..="3939" "PRICE" ended + attribute [n(3), n_to(15)],
        needs MEASURED, without "393n", as Money;
    "3940"..="3943" "PRCNT OFF" ended + attribute [n(4)],
        needs "255", without "394n,8111", as Decimal;
    "3950"..="3955" "PRICE/UoM" ended + attribute [n(6)],
        needs MEASURED, without "392n,393n,395n,8005", as Decimal;
    "400" "ORDER NUMBER" ended + attribute [x_to(30)];
    "401" "GINC" ended + attribute [x_to(30)], key "";
    "402" "GSIN" ended + attribute [n(17).must(&[CheckDigit])], key "";
    "403" "ROUTE" ended + attribute [x_to(30)], needs SHIPMENT;
    "410" "SHIP TO LOC" predefined + attribute [GLN];
    "411" "BILL TO" predefined + attribute [GLN];
    "412" "PURCHASE FROM" predefined + attribute [GLN];
    "413" "SHIP FOR LOC" predefined + attribute [GLN];
    "414" "LOC No." predefined + attribute [GLN], key "254|7040";
    "415" "PAY TO" predefined + attribute [GLN], needs "8020", key "8020";
    "416" "PROD/SERV LOC" predefined + attribute [GLN];
    "417" "PARTY" predefined + attribute [GLN], key "7040";
    "420" "SHIP TO POST" ended + attribute [x_to(20)], without "421";
    "421" "SHIP TO POST" ended + attribute [n(3), x_to(9)], without "4307";
    "422" "ORIGIN" ended + attribute [N3], needs GOODS, without "426";
    "423" "COUNTRY - INITIAL PROCESS" ended + attribute [N3, MORE_N3, MORE_N3, MORE_N3, MORE_N3],
        needs "01,02,03", without "426";
    "424" "COUNTRY - PROCESS" ended + attribute [N3], needs "01,02,03", without "426";
    "425" "COUNTRY - DISASSEMBLY" ended + attribute [N3, MORE_N3, MORE_N3, MORE_N3, MORE_N3],
        needs "01,02,03", without "426";
    "426" "COUNTRY - FULL PROCESS" ended + attribute [N3], needs "01,02,03";
    "427" "ORIGIN SUBDIVISION" ended + attribute [x_to(3)], needs "01+422,02+422,03+422";
    "4300" "SHIP TO COMP" ended + attribute [x_to(35).must(&[PercentEncoded])], needs SHIPMENT;
    "4301" "SHIP TO NAME" ended + attribute [x_to(35).must(&[PercentEncoded])], needs SHIPMENT;
    "4302" "SHIP TO ADD1" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4303" "SHIP TO ADD2" ended + attribute [x_to(70).must(&[PercentEncoded])], needs "4302";
    "4304" "SHIP TO SUB" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4305" "SHIP TO LOC" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4306" "SHIP TO REG" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4307" "SHIP TO COUNTRY" ended + attribute [x(2)], needs SHIPMENT;
    "4308" "SHIP TO PHONE" ended + attribute [x_to(30)], needs SHIPMENT;
    "4309" "SHIP TO GEO" ended + attribute [n(10).must(&[Latitude]), n(10).must(&[Longitude])],
        needs SHIPMENT;
    "4310" "RTN TO COMP" ended + attribute [x_to(35).must(&[PercentEncoded])], needs SHIPMENT;
    "4311" "RTN TO NAME" ended + attribute [x_to(35).must(&[PercentEncoded])], needs SHIPMENT;
    "4312" "RTN TO ADD1" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4313" "RTN TO ADD2" ended + attribute [x_to(70).must(&[PercentEncoded])], needs "4312";
    "4314" "RTN TO SUB" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4315" "RTN TO LOC" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4316" "RTN TO REG" ended + attribute [x_to(70).must(&[PercentEncoded])], needs SHIPMENT;
    "4317" "RTN TO COUNTRY" ended + attribute [x(2)], needs SHIPMENT;
    "4318" "RTN TO POST" ended + attribute [x_to(20)], needs SHIPMENT;
    "4319" "RTN TO PHONE" ended + attribute [x_to(30)], needs SHIPMENT;
    "4320" "SRV DESCRIPTION" ended + attribute [x_to(35).must(&[PercentEncoded])], needs SHIPMENT;
    "4321" "DANGEROUS GOODS" ended + attribute [n(1).must(&[YesNo])], needs SHIPMENT;
    "4322" "AUTH TO LEAVE" ended + attribute [n(1).must(&[YesNo])], needs SHIPMENT;
    "4323" "SIG REQUIRED" ended + attribute [n(1).must(&[YesNo])], needs SHIPMENT;
    "4324" "NOT BEF DEL DT" ended + attribute [DAY_OR_MONTH, CLOCK], needs SHIPMENT, as Moment;
    "4325" "NOT AFT DEL DT" ended + attribute [DAY_OR_MONTH, CLOCK], needs SHIPMENT, as Moment;
    "4326" "REL DATE" ended + attribute [DAY], needs SHIPMENT, as Date;
    "4330" "MAX TEMP F." ended + attribute [n(6), x(1).must(&[Hyphen]).optional()],
        needs SHIPMENT, without "4331", as Temperature;
    "4331" "MAX TEMP C." ended + attribute [n(6), x(1).must(&[Hyphen]).optional()],
        needs SHIPMENT, without "4330", as Temperature;
    "4332" "MIN TEMP F." ended + attribute [n(6), x(1).must(&[Hyphen]).optional()],
        needs SHIPMENT, without "4333", as Temperature;
    "4333" "MIN TEMP C." ended + attribute [n(6), x(1).must(&[Hyphen]).optional()],
        needs SHIPMENT, without "4332", as Temperature;
    "7001" "NSN" ended + attribute [n(13)], needs "01,02,8006,8026";
    "7002" "MEAT CUT" ended + attribute [x_to(30)], needs TRADE;
    "7003" "EXPIRY TIME" ended + attribute [DAY, CLOCK], needs "01,02,03", as Moment;
    "7004" "ACTIVE POTENCY" ended + attribute [n_to(4)], needs "01+10,03+10";
    "7005" "CATCH AREA" ended + attribute [x_to(12)], needs TRADE;
    "7006" "FIRST FREEZE DATE" ended + attribute [DAY], needs TRADE, as Date;
    "7007" "HARVEST DATE" ended + attribute [DAY, DAY.optional()], needs TRADE, as Period;
    "7008" "AQUATIC SPECIES" ended + attribute [x_to(3)], needs TRADE;
    "7009" "FISHING GEAR TYPE" ended + attribute [x_to(10)], needs TRADE;
    "7010" "PROD METHOD" ended + attribute [x_to(2)], needs "01,02,03";
    "7011" "TEST BY DATE" ended + attribute [DAY, CLOCK.optional()], needs "01,02,03", as Moment;
    "7020" "REFURB LOT" ended + attribute [x_to(20)], needs "01+416,03+416,8006+416";
    "7021" "FUNC STAT" ended + attribute [x_to(20)], needs "01,03,8006";
    "7022" "REV STAT" ended + attribute [x_to(20)], needs "01+7021,03+7021,8006+7021";
    "7023" "GIAI - ASSEMBLY" ended + attribute [x_to(30)];
    "7030" "PROCESSOR # 0" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7031" "PROCESSOR # 1" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7032" "PROCESSOR # 2" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7033" "PROCESSOR # 3" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7034" "PROCESSOR # 4" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7035" "PROCESSOR # 5" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7036" "PROCESSOR # 6" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7037" "PROCESSOR # 7" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7038" "PROCESSOR # 8" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7039" "PROCESSOR # 9" ended + attribute [n(3), x_to(27)], needs TRADE;
    "7040" "UIC+EXT" ended [n(1), x(1), x(1), x(1).must(&[ImporterIndex])];
    "7041" "UFRGT UNIT TYPE" ended [x_to(4)], needs SHIPMENT;
    "710" "NHRN PZN" ended + attribute [x_to(20)], needs "01";
    "711" "NHRN CIP" ended + attribute [x_to(20)], needs "01";
    "712" "NHRN CN" ended + attribute [x_to(20)], needs "01";
    "713" "NHRN DRN" ended + attribute [x_to(20)], needs "01";
    "714" "NHRN AIM" ended + attribute [x_to(20)], needs "01";
    "715" "NHRN NDC" ended + attribute [x_to(20)], needs "01";
    "716" "NHRN AIC" ended + attribute [x_to(20)], needs "01";
    "717" "NHRN SRN" ended + attribute [x_to(20)], needs "01";
    "7230" "CERT # 1" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7231" "CERT # 2" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7232" "CERT # 3" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7233" "CERT # 4" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7234" "CERT # 5" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7235" "CERT # 6" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7236" "CERT # 7" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7237" "CERT # 8" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7238" "CERT # 9" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7239" "CERT # 10" ended + attribute [x(2), x_to(28)], needs "01,8004";
    "7240" "PROTOCOL" ended + attribute [x_to(20)], needs "01,8006", without "03";
    "7241" "AIDC MEDIA TYPE" ended + attribute [n(2).must(&[MediaType])], needs PERSON;
    "7242" "VCN" ended + attribute [x_to(25)], needs PERSON;
    "7250" "DOB" ended + attribute [LONG_DAY], needs "8018", without "7251", as Date;
    "7251" "DOB TIME" ended + attribute [LONG_DAY, CLOCK], needs "8018", without "7250", as Moment;
    "7252" "BIO SEX" ended + attribute [n(1).must(&[Sex])], needs "8018";
    "7253" "FAMILY NAME" ended + attribute [x_to(40).must(&[PercentEncoded])],
        needs PERSON, without "7256,7259";
    "7254" "GIVEN NAME" ended + attribute [x_to(40).must(&[PercentEncoded])],
        needs PERSON, without "7256,7259";
    "7255" "SUFFIX" ended + attribute [x_to(10)], needs PERSON, without "7256,7259";
    "7256" "FULL NAME" ended + attribute [x_to(90).must(&[PercentEncoded])], needs PERSON;
    "7257" "PERSON ADDR" ended + attribute [x_to(70).must(&[PercentEncoded])], needs "8018";
    "7258" "BIRTH SEQUENCE" ended + attribute [x(3).must(&[PositionOfTotal])], needs "8018+7259";
    "7259" "BABY" ended + attribute [x_to(40).must(&[PercentEncoded])],
        needs "8018", without "7256";
    "8001" "DIMENSIONS" ended + attribute [
        n(4).must(&[NonZero]), n(5).must(&[NonZero]), n(3).must(&[NonZero]),
        n(1).must(&[Winding]), n(1)
    ], needs "01";
    "8002" "CMT No." ended + attribute [x_to(20)];
    "8003" "GRAI" ended + attribute [n(1).must(&[Zero]), GLN, x_to(16).optional()], key "";
    "8004" "GIAI" ended + attribute [x_to(30)], key "7040";
    "8005" "PRICE PER UNIT" ended + attribute [n(6)], needs TRADE;
    "8006" "ITIP" ended + attribute [GTIN, PIECES], without "01,03,37", key "22,10,21";
    "8007" "IBAN" ended + attribute [x_to(34).must(&[Iban])], needs "415";
    "8008" "PROD TIME" ended + attribute [
        DAY, n(2).must(&[Hour]), n(2).must(&[Minute]).optional(), n(2).must(&[Second]).optional()
    ], needs "01,02,03", as Moment;
    "8009" "OPTSEN" ended + attribute [x_to(50)], needs "00,01,03";
    "8010" "CPID" ended + attribute [y_to(30)], key "8011";
    "8011" "CPID SERIAL" ended [n_to(12).must(&[NoLeadingZero])], needs "8010";
    "8012" "VERSION" ended + attribute [x_to(20)], needs "01,03,8006";
    "8013" "GMN" ended + attribute [x_to(25).must(&[CheckPair])], key "";
    "8014" "MUDI" ended [x_to(25).must(&[CheckPair, HasNonDigit])], needs "01";
    "8017" "GSRN - PROVIDER" ended + attribute [SSCC], without "8018", key "8019";
    "8018" "GSRN - RECIPIENT" ended + attribute [SSCC], without "8017", key "8019";
    "8019" "SRIN" ended [n_to(10)], needs PERSON;
    "8020" "REF No." ended [x_to(25)], needs "415";
    "8026" "ITIP CONTENT" ended + attribute [GTIN, PIECES], needs "37", without "02,03,8006";
    "8030" "DIGSIG" ended + attribute [z_to(90)],
        needs "00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018";
    "8040" "IMEI" ended [n(15)], needs "01+21";
    "8041" "IMEI2" ended [n(15)], needs "01+21+8040";
    "8042" "ESIM" ended [n(32)], needs "01+21+8040";
    "8043" "PSIM" ended [n(18), n_to(2).optional()], needs "01+21+8040";
    "8110" "COUPON CODE" ended + attribute [x_to(70)];
    "8111" "POINTS" ended + attribute [n(4)], needs "255";
    "8112" "COUPON OFFER" ended + attribute [x_to(70)];
    "8200" "PRODUCT URL" ended [x_to(70)], needs "01";
    "90" "INTERNAL" ended + attribute [x_to(30)];
    "91"..="99" "INTERNAL" ended + attribute [x_to(90)];
};
