"""The words buyers use, in French, Malagasy and English, as they are after folding: lower case, no accents, no apostrophes.

Patterns are matched on whole words of a clause in which products stand as ``§`` and numbers as ``#``. Word lists only;
what follows from them is decided in ``understanding``.
"""

from __future__ import annotations

import re
from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any(text: str) -> re.Pattern[str]:
    """One pattern a line; a space stands for a space, ``_`` for any few words."""
    lines = [line.strip().replace("_", r"(?:\S+ ){0,3}") for line in text.strip().splitlines()]
    return re.compile(r"(?<!\S)(?:" + "|".join(lines) + r")(?!\S)")


# ------------------------------------------------------------------------------------------------------------- numbers

_NUMBERS = """un 1 une 1 deux 2 trois 3 quatre 4 cinq 5 six 6 sept 7 huit 8 neuf 9 dix 10 onze 11 douze 12 quinze 15 vingt 20
    one 1 two 2 three 3 four 4 five 5 ten 10"""
_MALAGASY = "iray 1 ray 1 roa 2 telo 3 efatra 4 dimy 5 enina 6 fito 7 valo 8 sivy 9 folo 10"


def _numbers(text: str) -> dict[str, int]:
    words = text.split()
    return {word: int(value) for word, value in zip(words[::2], words[1::2], strict=True)}


MALAGASY_NUMBERS: Final = _numbers(_MALAGASY)
NUMBERS: Final = _numbers(_NUMBERS) | MALAGASY_NUMBERS

# A number after one of these is a size or a date, not a quantity; ``a`` only before a price.
SIZE_BEFORE: Final = _set("taille tailles size pointure pointures t numero num n tel le du laharana habe refa")
PIECES: Final = _set("piece pieces pcs pc unite unites exemplaire exemplaires fois article articles isa")
MEASURE: Final = re.compile(r"\d+(?:h\d*|f|fr|frs|fcfa|cfa|ar|eme|e|er|ere|nd|m\d*|cm|kg|g|ml|l|mn|min|k|ans|j|gb|go)")

# ------------------------------------------------------------------------------------------------- words that decide nothing

MANNERS: Final = _set(
    """svp stp please pls plz merci mercii misaotra thanks azafady tompoko bonjour bonsoir bjr bsr slt salut coucou cc hello
    hi hey salama salam manahoana madame monsieur mme mr chef patron patronne cher chere ma sista soeurette grande grand
    soeur frere frerot cherie la le les l un une des de du d ce cette cet ces celle celui ci et sy ary ny ilay io iny and
    the a an of s il te vous plait plais moi me m mon pour ho ahy an ahy aho izaho iano e o ah oh eh ok okay oki d accord
    daccord dacc oui eny yes go c est bon ca marche finalement alors donc aussi koa ainsi vite rapidement direct directement urgent prems direct fille fils mari x
    fa dia go cest voila voici bien svpl ici live za zah aoka for me y vas quantite qte nombre mba o"""
)
ATTRIBUTES: Final = _set(
    """taille tailles size pointure pointures couleur couleurs color rouge rouges bleu bleue bleus noir noire noirs blanc
    blanche blancs vert verte jaune rose violet violette orange marron beige gris grise dore doree or argent bordeaux kaki
    turquoise mena manga mainty fotsy maitso mavo s m l xl xxl xxxl xs small medium large en modele grande petit petite
    moyen moyenne unique habe refa"""
)
ORDER_WORDS: Final = _set("passer commande commander acheter prendre avoir reserver achat panier ma passe ajouter")
STRIPPED: Final = _any(
    r"""pas de (?:soucis?|problemes?)
    pas (?:grave|mal)
    pourquoi pas
    n est ce pas
    s il (?:te|vous) plai[ts]?
    si possible
    (?:merci )?d avance
    tout (?:de )?suite
    de cote
    ainsi que
    en plus
    (?:a|au) (?:mon|ma|nom de) (?:nom )?(?:\S+ ?\S*$)?"""
)
GREETED: Final = _any(
    r"""(?:comment )?(?:ca|sa) va(?: bien)?(?: \?)?
    cv(?: \?)?
    comment (?:ca|tu|vous) (?:va|vas|allez)(?: \?)?
    tu vas bien(?: \?)?
    inona (?:ny )?vaovao(?: \?)?
    manao ahoana(?: tompoko)?(?: \?)?
    nanga def(?: \?)?
    tout le monde
    (?:a )?(?:tous|toutes)
    la famille
    les gens"""
)
# Said of a product with a capital they are still no first name.
OPINIONS: Final = _set(
    """belle beau jolie joli moche laide laid nulle nul magnifique superbe sublime canon cher chere chers cheres dechiree
    abimee cassee sale fausse faux vraie trop tres super bof horrible affreuse grande petite courte longue large serree
    ratsy tsara mahafinaritra lafo mora beautiful ugly nice expensive cheap retour retours echange remboursement probleme
    erreur arnaque livraison taille couleur photo video prix stock info infos commande colis merci bonjour bonsoir"""
)
# What follows a product without saying anything about it: for whom it is, how it will be paid.
TAIL: Final = re.compile(
    r"(?<=§ )(?:c est )?(?:pour|au nom de|nom) \S+(?: \S+)?(?: \S+)?$|(?:et |je |on )*(?:paye|paie|payer|paiement)(?: .*)?$|(?:je )?valide$"
    r"|(?:je|j) (?:suis|habite|reste|vis) (?:a|au|en|sur|vers)\b.*$"
)

# --------------------------------------------------------------------------------------------------------- taking, or not

TAKING: Final = _any(
    r"""(?:je|j) (?:vais |veux |peux |voudrais |souhaite |aimerais |desire |compte )?(?:bien |aussi |encore |finalement )?(?:la |le |les |l |en |vous |te )?(?:pr[ea]n\w*|achet\w*|ach[ae]t\w*|command\w*|reserv\w*|valide|confirme)
    (?:je|j) (?:vais |la |le |les |l |en )?(?:veux|veu|veut|vx|v[ou]*drai[st]?|souhaite|desire|aimerais|aimerai)(?! (?:bien )?(?:savoir|voir|demander|connaitre|retourner|rendre|echanger|changer|parler|payer|annuler|essayer|etre|que|qu|plus))
    j(?:pr[ea]n\w*|veux|veu|vx|voudrais?|achete|commande|reserve)
    (?:je|j) (?:peux|pourrais?|puis je) (?:en |la |le |vous )?(?:avoir|prendre|commander|reserver|acheter)
    (?:je suis )?(?:preneu(?:r|se)s?|partante?|ok)(?: pour)?
    (?:je|j) (?:prefer\w*|choisi\w*|opte|craque|retiens|recupere|demande|bloque|souhaiterais?|aimerais?|confirme|valide|garde)(?: pour)?
    (?:il )?(?:me|m en|m) (?:faut|faudrait)
    (?:j ai |ai |jai )?besoin (?:de |d )
    prem(?:s|ie?re?|ier)?(?: s)?
    preums
    mon choix
    pour moi
    (?:tu|vous) (?:peux|pouvez) (?:me )?(?:reserver|garder|mettre|donner|ajouter)
    (?:peux tu|pouvez vous) (?:me )?(?:reserver|garder|mettre|donner|ajouter)
    h?alaiko
    (?:h)?alaina
    (?:ho )?entiko
    (?:te )?hanana
    (?:h|m)anafatra
    (?:h|m)angataka
    safidiko
    anahy
    ahy
    asio
    ampio
    (?:te |tia )?(?:haka|aka|maka)
    (?:te |tia )?(?:hividy|mividy)
    (?:ho)?vidiko
    hovidi(?:na|ana)
    (?:ho)?raisiko
    (?:te )?handray
    omeo(?: ahy)?
    mila
    (?:te|tia)ko
    tehirizo
    atokano
    tazony
    hazony
    tokano
    reserve(?:o|ko|na)
    commandeko
    (?:m|h)ikaomandy
    (?:h|m)anao commande
    aleoko
    i (?:ll |will |would like to |want to |wanna )?(?:take|buy|order|get|need|want)
    i d like
    give me"""
)  # fmt: skip
ORDERING: Final = _any(
    r"""(?:reserv|command|achet|ajout|not|valid|enregistr|gard|donn|rajout|bloqu|envoy|livr|confirm)(?:e|es|er|ez)
    (?:envoie|retiens|retenez|veuillez (?:me )?reserver|merci de (?:me )?reserver)
    inscri(?:s|re|vez)
    (?:prends?|prendre|prenez|mets?|mettez|mettre)
    reservation
    achat
    order
    buy
    reserve
    keep"""
)
ASKING_FAVOUR: Final = _any(
    """(?:me|moi) (?:reserver|garder|mettre|donner|ajouter)
    (?:avoir|prendre|commander|reserver|acheter) _(?:svp|stp|s il (?:te|vous) plait)"""
)
REFUSING: Final = _any(
    """(?:ne|n) _(?:pas|plus|jamais|rien|point)
    pas
    plus besoin
    jamais
    sans
    sauf
    tsy
    aza
    not
    don t
    dont want
    no more
    ni"""
)
PAST: Final = _any(
    r"""(?:ai|as|a|avons|avez|ont) (?:deja |bien |pas |toujours |jamais )*(?:recu|pris|pri|command\w+|achet\w+|eu|reserv\w+|livr\w+|envoye|demande|vu)
    jai (?:deja |bien |pas )*(?:recu|pris|pri|command\w+|achet\w+|reserv\w+|eu)
    deja (?:recu|pris|commande|achete|reserve)
    hier
    avant hier
    (?:semaine|mois|fois|an) (?:passee?|derni(?:ere|er))
    (?:derniere|autre) (?:fois|jour|semaine)
    efa (?:naka|nividy|nahazo|voaray|nandray|azoko|nalaiko)
    (?:naka|nividy|nahazo|voaray|nandray|nalaiko|novidiko)
    (?:mbola )?tsy (?:azoko|tonga|voaray)
    azoko
    omaly
    tonga
    i (?:already |have |ve )*(?:got|received|bought|ordered|took)"""
)  # fmt: skip
UNDECIDED: Final = _any(
    r"""si (?:tu|vous|c|ca|il|elle|y|jamais|la|le|j|je|on)
    raha
    if
    (?<!pour )demain
    plus tard
    (?:la )?prochaine(?: fois)?
    (?:la )?semaine prochaine
    apres
    ce week end
    rahampitso
    any aoriana
    tomorrow
    later
    peut etre
    peutetre
    j ?hesite
    je reflechis
    (?:je )?vais (?:voir|reflechir)
    angamba
    mety
    maybe"""
)
INTERESTED: Final = _any(
    r"""interesse\w*
    j ?aime(?: bien| beaucoup)?
    j ?adore
    (?:veut|veulent|voudrait|cherche|cherchent)"""
)
CHOICE: Final = re.compile(r"§ (?:ou|na|or) (?:\S+ )?§")

# ------------------------------------------------------------------------------------------------------------- questions

ASKING: Final = _any(
    r"""\?
    combien
    quel(?:le)?s?
    est ce qu?e?
    c est quoi
    (?:c est )?comment
    (?:avez vous|as tu|vous avez|tu as|t as|ta|tas|auriez vous|tu aurais)
    (?:il )?y a(?: encore)?
    ya
    (?:il )?(?:en )?reste(?:nt)?(?: t il)?
    encore (?:la|dispo\w*|en stock|des?)
    dispo\w*
    disponib\w*
    en stock
    toujours (?:la|dispo\w*)
    prix
    tarif
    cout(?:e|ent|er)?
    pourquoi
    quand
    ou (?:est|sont|se)
    qui (?:a|est|veut)
    ve
    ohatrinona
    firy
    inona
    aiza
    ahoana
    mbola misy
    misy
    sisa
    how
    price
    do you
    is there
    still
    available
    what
    which
    where
    when
    photos?
    images?
    videos?
    sary
    infos?
    renseignements?
    details?"""
)
PRICE: Final = _any(
    r"""combien
    (?:le |les |quel )?prix
    tarifs?
    cout(?:e|ent|er)
    fait combien
    ohatrinona
    firy
    vidin\w*
    vidy
    how much
    price
    cost"""
)
AVAILABLE: Final = _any(
    r"""dispo\w*
    disponib\w*
    en stock
    (?:il )?(?:en )?reste(?:nt)?(?: t il)?
    y en a
    (?:fini\w*|termine\w*|epuis\w*|lany)
    (?:avez|as|a|ya|y a) plus
    plus de
    (?:avez vous|as tu|vous avez|tu as|t as|tas|auriez vous|tu aurais)
    (?:il )?y a(?: encore)?
    ya(?: encore)?
    encore (?:la|dispo\w*)
    toujours la
    mbola misy
    misy
    sisa
    available
    do you (?:still )?have
    is there
    in stock"""
)
BEYOND: Final = _any(
    r"""livr\w*
    expedi\w*
    envoi
    transport
    frais
    aterina
    fanaterana
    mandefa
    adresse
    (?:la |une |votre )?boutique
    magasin
    quartier
    situe\w*
    temps
    jours?
    heures?
    delais?
    garantie
    retour\w*
    colis
    arnaqu\w*
    trop
    dechir\w*
    abim\w*
    echang\w*
    rembours\w*
    matiere
    tissu
    coton
    quel(?:le)?s? (?:tailles?|couleurs?|pointures?|modeles?|matieres?)
    photos?
    images?
    videos?
    sary
    infos?
    renseignements?
    details?
    (?:plusieurs|#) fois
    tranches?
    credit
    acompte
    avance
    delivery
    shipping"""
)

# ------------------------------------------------------------------------------------------------------- money, orders, help

PAID: Final = _any(
    r"""(?:j ?ai|jai|je|on a) (?:vous |te |deja |bien |tout |ai )*(?:payed|regle)
    (?:j ?ai|jai|on a) (?:vous |te |deja |bien |tout )*paye\w*
    (?:j ?ai|jai) (?:deja |bien )?fait (?:le |# |mon |l )?(?:transfert|depot|paiement|payement|virement|versement|envoi)
    (?:j ?ai|jai|je vous ai|je t ai|vous ai) _(?:envoye|transfere|depose|vire|verse)\w* _(?:argent|sous|montant|somme|paiement|#|om|wave|orange|mvola|airtel|momo|vola)
    (?:j ?ai|jai) (?:deja |bien )?(?:transfere|vire|depose)\w*
    argent (?:est )?(?:bien )?(?:envoye|parti|transfere)\w*
    (?:\S+ )?payed
    (?:c est|c|cest|deja|tout|bien) (?:deja |tout )?(?:paye|payer|regle)
    (?:vu|verifi\w*|controle\w*) (?:mon |le |ton |ma )?(?:paiement|payement|transfert|depot|virement)
    (?:j ai ete |ai ete |ete )?debite\w*
    (?:je )?viens de (?:payer|regler|faire le|envoyer l argent|faire #)
    (?:le )?(?:paiement|payement|transfert|virement|depot|versement) (?:est |a ete |deja |bien )*(?:effectue|fait|envoye|ok|valide|reussi|passe|confirme|termine)\w*
    (?:voici|voila|ci joint) _(?:capture|recu|preuve|screen\w*)
    captures?
    screen(?:shot)?s?
    (?:preuve|recu) (?:de |du |d )?(?:paiement|payement|transfert|depot|virement)
    recu (?:mon |le |ma |l |notre )?(?:paiement|payement|argent|transfert|depot|virement|versement|vola)
    mon (?:paiement|payement|transfert|depot|virement)
    (?:paye|payer) deja
    transfere
    c est (?:bien |deja )?(?:envoye|transfere|regle|vire|depose)
    fait (?:le |# |mon |l )?(?:transfert|depot|paiement|payement|virement|versement)
    vita (?:ny )?(?:fandoavana|paiement)
    vita
    (?<!not )paid
    efa (?:nandoa|naloa\w*|voaloa|nalefa\w*|nandefa|lasa)
    nandoa(?: vola| aho)?
    (?:nandefa|nalefako|nalefa) (?:ny )?vola
    (?:ny )?(?:vola|mvola|airtel|orange) (?:efa )?lasa
    (?:efa )?(?:voaloa|naloako)
    lasa ny vola
    i (?:have |ve |already )*paid
    already paid
    payment (?:done|sent|made|ok)
    money sent"""
)  # fmt: skip
NOT_PAID: Final = _any(
    r"""pas (?:encore )?(?:pu )?(?:paye\w*|regle)
    (?:mbola tsy|tsy mbola) (?:nandoa|naloa\w*|voaloa)
    not paid(?: yet)?"""
)
PAY: Final = _any(
    r"""pay(?:er|e|es|ez|ons|erai|ement)
    pai(?:e|s|er|ement|ments)
    regler
    liens?
    link
    handoa
    andoavana
    (?:prenez|acceptez|prends|acceptes|avec|par|via|amin ny|amin) (?:wave|om|orange|orange money|mvola|airtel|moov|mtn|momo|visa|carte|mobile money)
    fandoavana
    aloako
    aloa
    pay"""
)
CANCEL: Final = _any(
    r"""annul\w*
    cancel\w*
    laiss(?:e|es|ez) tomber
    (?:je |j )?(?:ne |n )?(?:en |la |le )?(?:veux|veu|veut|prends?|souhaite|desire) (?:en )?plus(?! (?:de|grand|petit|d|tard))
    plus besoin
    foan(?:o|ana|y)
    hofoana\w*
    tsy (?!misy)_intsony
    (?:ajanony|ajanona|atsaharo|esory|fafao)
    aoka (?:ihany|aloha|fa)
    (?:supprim|retir|desist|abandonn|renonc)\w*
    change d avis
    (?:no longer|don t|dont|do not) want"""
)
NOT_CANCEL: Final = _any(
    r"""(?:n|ne|pas) _annul\w*(?: pas)?
    annul\w* pas
    aza foan\w*"""
)
MY_ORDERS: Final = _any(
    r"""mes (?:achats?|commandes?|reservations?)
    (?:ma|mon) (?:commande|reservation|achat|panier)
    historique
    (?:ny )?novidi(?:ko|anay|na)
    j ai (?:achete|commande) quoi
    que? j ai (?:achete|commande)
    (?:ny )?commande ?ko
    my (?:orders?|purchases?)"""
)
CATALOGUE: Final = _any(
    r"""[ck]atalog(?:ue|ues)?
    (?:vous|tu) (?:avez|as|vendez|vends) quoi
    qu est ce qu?e? ?(?:vous|tu|il y a|y a) ?(?:avez|as|vendez|vends)?
    quoi (?:de|d) (?:beau|neuf|dispo\w*)
    montr\w+ _(?:articles?|produits?|modeles?)
    (?:voir|liste) _(?:articles?|produits?|modeles?|prix)
    quels? (?:sont )?(?:vos |les |tes )?(?:articles?|produits?)
    vos (?:articles?|produits?)
    menu
    inona (?:avy )?(?:ny |no )?_(?:entana|misy|amidy|vokatra)
    misy inona
    (?:asehoy|jereo|alefaso) (?:ny )?entana
    (?:envoy\w+|voir|regarder) (?:vos|les|tes|mes) (?:articles?|produits?|modeles?)
    avez quoi
    (?:c est quoi|quoi|quels sont) (?:vos|les|tes) (?:articles?|produits?)
    (?:hijery|jerena|hahita) _entana
    what do you (?:have|sell)
    products?"""
)
HUMAN: Final = _any(
    r"""parler (?:a|au|avec|aux)
    (?:# |le |la )?(?:conseiller|conseillere|vendeur|vendeuse|responsable|humain|agent|operateur)
    (?:r?appel\w*) ?(?:moi|nous)
    (?:m|me) r?appel\w*
    quelqu #
    misy olona
    olona
    aide
    aide(?:z|r)? ?(?:moi|nous)?
    besoin d aide
    help
    (?:hi|mi)resaka
    antsoy
    (?:repond\w*|contact\w*|ecri\w+) ?(?:moi|nous)
    valio
    allo
    fanampiana
    discuter avec
    passez? moi (?:le|la|un)
    mpivarotra
    talk to
    human
    call me"""
)

GREETINGS: Final = _set(
    """wesh wassup there daholo bonjour bonsoir bjr bsr slt salut coucou cc hello hi hey yo salama salam manahoana akory salamaleikoum salamalekoum
    bonne journee soiree re assalamou assalam aleykoum aleikoum alaykoum maleykoum salamoualeikoum dear all"""
)
THANKS: Final = _set(
    """merci mercii thanks thank thx misaotra betsaka indrindra ok okay oki okk okii dac dacc dakor daccord accord parfait super
    nickel top cool genial recu note compris marche entendu tsara bien beaucoup you infiniment ravi excellent kay azoko
    bonne journee soiree nuit bcp acc jerejef jerejeuf mankasitraka waouh wow anao so much comprends sois beni dieu benisse compris recue notee"""
)
YES: Final = _set("oui wi ouii ouais yes yep yeah eny eka ie confirme valide exact voila")
NO: Final = _set("non nonn nn nan no nope tsia tsy")
GRATEFUL: Final = _set("merci misaotra mankasitraka thanks thank thx jerejef jerejeuf waouh wow super parfait")
AGREEING_EMOJI: Final = frozenset("👍👌🙏❤😍🥰😘💪✅👏🙌💯😊🙂😁😀😃😄🤗🫶💕💖💗💙💚💛🧡💜🤝🔥😇☺")

# ------------------------------------------------------------------------------------------------------------- spelling

SPELLINGS: Final = dict(
    pair.split(":")
    for pair in """cb:combien cmb:combien combi:combien conbien:combien kombien:combien comb1:combien kom1:combien
    hoatrinona:ohatrinona otrinona:ohatrinona ohatriny:ohatrinona ohatrino:ohatrinona hoatrino:ohatrinona atrinona:ohatrinona
    deja:deja dja:deja cest:c_est c:c_est jai:j_ai jsuis:je_suis chui:je_suis jvais:je_vais jvai:je_vais jpeux:je_peux
    vs:vous ts:tous tjr:toujours tjrs:toujours tj:toujours pr:pour qd:quand pk:pourquoi pcq:parce keske:qu_est_ce_que
    kesk:qu_est_ce_que estce:est_ce sil:s_il svpp:svp silvousplait:svp plait:plait cmt:comment koi:quoi kel:quel
    msg:message qte:quantite dac:d_accord dacc:d_accord zafady:azafady azfd:azafady azfdy:azafady tmpk:tompoko msaotra:misaotra
    misotra:misaotra sv:svp stpl:stp""".split()
)
# Words worth recognising with one wrong letter, when they are nothing else.
CORRECTED: Final = tuple(
    """annuler annule catalogue payer paiement commande commandes achats combien disponible bonjour bonsoir merci livraison
    conseiller vendeur ohatrinona azafady alaiko misaotra prends voudrais reserve reserver handoa mividy hividy
    capture transfert toujours encore""".split()
)
COMMON: Final = _set(
    """prendre prenez prend pren comme comment commence comment femme homme robe robes sac sacs jupe pagne sandale collier montre
    creme foulard boubou commander commandee payes payee payez paye annulee annulez annules reservee reserves reservez
    vendre vendeuse encore capable combine combiner mercredi demander demande livrer livres rentre entre centre toutes
    tous tout code live prix les des mes tes ses nos vos sur sous par avec dans mon ton son une uns deux trois quatre
    payed premier dernier cette voir avoir etre faire fais fait suis sont vais veux peux dois"""
)

# --------------------------------------------------------------------------------------------------------------- language

# Words that tell a language; those used in several (merci, ok, commande, svp) tell nothing.
MALAGASY_WORDS: Final = _set(
    """ny ve aho alaiko halaiko haka maka mividy hividy vidiko azafady misaotra betsaka salama manahoana ahoana mbola misy
    ohatrinona firy iray roa telo efatra dimy sy ary tompoko tsy tsia eny efa nandoa handoa vola naloako voaloa foano mila tiako
    omeo ahy inona aiza ianareo ianao entana hijery ilay raisiko tehirizo intsony aoka ihany amin antsoy hiresaka
    mpivarotra novidiko te fa dia sisa raha omaly rahampitso nalefako nandefa alefaso lany vidin akory azoko"""
)
FRENCH_WORDS: Final = _set(
    """je j tu vous nous il elle prends prend veux voudrais est les des une du pour moi avec pas plus que qui quoi combien
    comment bonsoir paye payer payed envoye achats mes ma mon c ca et la le encore reste dispo disponible toujours parler
    annule annuler lien oui non"""
)
ENGLISH_WORDS: Final = _set(
    """i the is are you have how much please take want buy still available what thanks thank my order orders paid help talk
    yes hello price link and for of"""
)
