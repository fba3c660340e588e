"""The words by which an answer is recognised to speak of money, stock, time, promises and the shop's rules.

All folded: lower case, no accents. French, Malagasy, English. A word too many here only makes the shop's own engine
answer; a word that is missing lets something unproved through.
"""

from __future__ import annotations

from typing import Final

from core.kernel.patterns import late


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FAMILIES: Final = (
    _words("f fr frs fcfa cfa xof xaf franc francs"),
    _words("ar ariary mga"),
    _words("euro euros eur €"),
    _words("usd dollar dollars $"),
    _words("gnf fg"),
    _words("kmf fc"),
    _words("£ pound pounds"),
)
CURRENCY_OF: Final = {word: family for family, words in enumerate(_FAMILIES) for word in words}
CURRENCY: Final = frozenset(word for word in CURRENCY_OF if word.isalpha())
CURRENCY_SIGNS: Final = "€$£"
# Before a number these make it a price.
PRICED: Final = _words(
    """
    a pour coute coutent vaut valent prix tarif seulement only costs cost price for at vidiny amin
    """
)
# Around a number these make it a number of pieces that are left.
COUNTED: Final = _words(
    """
    reste restent restant restants restante restantes stock disponible disponibles dispo dispos left available sisa
    misy exemplaire exemplaires piece pieces unite unites
    """
)
# Numbers in letters: no answer needs them, and « mille francs » is a price.
SPELLED: Final = _words(
    """
    deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente quarante cinquante soixante cent
    cents mille million millions milliard moitie demi double triple tiers quart douzaine dizaine centaine two three
    four five seven eight nine ten twenty thirty fifty hundred thousand half twice roa telo efatra dimy enina fito
    valo sivy folo zato arivo alina hetsy tapitrisa antsasany zero aucun rien nothing free
    """
)
# What is there, and what is not.
THERE: Final = _words("disponible disponibles dispo dispos stock reste restent available misy left")
GONE: Final = _words(
    """
    epuise epuisee epuises epuisees rupture lany unavailable indisponible indisponibles sold
    """
)
# When: only what the shop itself says.
TIME: Final = _words(
    """
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre
    octobre novembre decembre demain hier aujourd aujourdhui bientot semaine semaines jour jours heure heures minute
    minutes mois soir matin midi nuit weekend ferie monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december tomorrow today tonight week weeks
    day days hour hours month months soon alatsinainy talata alarobia alakamisy zoma sabotsy alahady rahampitso
    androany omaly herinandro andro volana maraina hariva rapidement vite immediatement delai delais ouvert ouverte
    ouverts ferme fermee horaire horaires open closed opening misokatra mihidy
    """
)
# The shop's rules and promises, by the beginning of a word.
POLICY: Final = late(
    r"\b(livr|expedi|envoi|envoy|deliver|ship|fanatera|aterin|retour|return|rembours|refund|averin|famerenam|"
    r"echang|exchang|atakalo|garant|warrant|guarant|antok|remis|reduc|reduit|rabais|ristourne|promo|sold[eé]|"
    r"discount|fihenam|offert|offre|offr|cadeau|gift|bonus|gratuit|gratis|free|maimaimpoana|sans frais|frais|"
    r"fees?\b|tax|douane|acompte|avance|deposit|credit|echeanc|installment|tranche|paie|paye|paiement|payer|pay\b|"
    r"paid|payment|voaloa|fandoavam|handoa|wave|orange|mobile money|mvola|airtel|espece|cash|virement|"
    r"carte bancaire|adress|boutique|magasin|shop\b|store\b|toerana|fivarotana|original|authenti|certifi|neuf|"
    r"occasion|promet|promis|assur|engag|promise|tolotra|baisse|moins cher|cheap|negoci|marchand|prix special|"
    r"special price|dernier prix|m?ihena|hihena|apport|domicile|an trano|home\b|ramen|ramene|repren|repris|rapport|"
    r"bring|regl(?:e|ez|er|ement)s?\b|chercher|recuper|pick up|maka\b|arrang|geste|faveur|discut|diminu|coutant|"
    r"couteu|lower|iadiana varotra|satisfai|chang|arrivage|recevr|recevez|reassort|restock|ho avy|hisy|hatolotr)"
)
# Beside these a sentence speaks of what a thing costs: without a number it is a bargain (« bon prix », « on voit pour
# le prix »), which only the shop can strike.
OF_A_PRICE: Final = _words("prix tarif tarifs price prices vidiny vidin")
# So many, but how many? Only the books say.
VAGUE: Final = _words(
    """
    plein beaucoup betsaka plenty many lots presque nombreux nombreuses peu dernier derniers derniere dernieres last
    farany almost
    """
)
THANKED: Final = _words("merci misaotra thank thanks")
# Of the buyer's own order: only the engine speaks of it.
STATE: Final = late(
    r"\b(reservee?s?\b|reserved|voatokana|confirmee?s?\b|confirmed|voamarina|valid[eé]e?s?\b|encaiss|recu(e|"
    r"s)?\b votre|votre commande|ta commande|your order|commande n|command(ee|e est)|annulee?s?\b|cancell?ed|"
    r"j ai mis de cote|m(?:is|ise|ises|ets|et) de cote|"
    r"(?:je|on|nous) (?:(?:vous|te|t|la|le|les|l) ){0,2}(?:gard|met|reserv|bloqu|note|prepar|envoi|enregistr)|"
    r"modifi|changed? the price|nouveau prix|new price)"
)
# What a thing is made of or looks like: only what is written of it.
ATTRIBUTES: Final = _words(
    """
    soie coton cuir wax bazin lin dentelle argent laine polyester satin velours bois verre silk cotton leather lace
    wool linen velvet silver gold hoditra landy volafotsy volamena rouge rouges bleu bleue bleus noir noire noirs
    blanc blanche vert verte jaune rose violet violette marron beige gris grise doree dore bordeaux kaki turquoise
    red blue black white green yellow pink brown grey gray mena manga mainty fotsy maitso mavo xs xl xxl xxxl small
    medium large lavable impermeable waterproof bio organic veritable veritables cousu cousue cousus brode brodee tisse
    tissee fabrique fabriquee fabriques tailles couleurs pointure pointures sizes colours colors retrecit retrecir
    dechire dechirer deteint froisse imitation synthetique stretch
    """
)
# Say nothing by themselves, so a sentence may have them beside what the shop wrote.
NEUTRAL: Final = _words(
    """
    a ai as au aux avec bien bonjour bonsoir c ca ce ces cette d de des du elle elles en est et etre eu il ils j je
    l la le les leur m ma me mes moi mon n nos notre nous on ou oui par plus pour qu que qui s sa se ses si sont son
    sur t ta te tes toi ton tu un une vos votre vous y merci volontiers voici voila aussi donc alors chez ici dans
    comme cela hello hi yes thank thanks you your we our is are the an and or of to in it this that with here ny dia
    sy ary izany eny misaotra anao aho ho ao amin tompoko salama indrindra pouvons pouvez peut faisons avons can do
    have
    """
)
# Neutral in what is said, but not in what the shop wrote: whoever repeats its sentence repeats these.
BINDING: Final = _words("avec par pour dans plus or with to have")
