//! Words that say nothing about which skill is meant.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that hold English sentences together; not indexed but in names.
const FUNCTION_WORDS: &str = "\
a about above after again against all also am an and any are as at be because been before being below between both but \
by can cannot could did do does doing don done down during each either else etc ever every few for from further get \
gets getting go got had has have having he her here hers herself him himself his how i if in into is it its itself just \
let like ll may me might more most much must my myself no nor not now of off on once one only onto or other our ours \
ourselves out over own per re same shall she should since so some such than that the their theirs them themselves then \
there these they this those through thus to too under until up upon us very via was we well were what when where \
whether which while who whom whose why will with within without would yes yet you your yours yourself yourselves ve \
ain aren couldn didn doesn hadn hasn haven isn mustn shouldn wasn weren won wouldn";

/// Words of people who ask for something: they are in every request and in most skills.
const REQUEST_WORDS: &str = "\
able add ahead already always another anything asap ask asked asking assist available best bit build came come coming \
correct correctly create created creating currently different easily easy ensure everything exactly existing figure \
find first follow following found full fully give given gives giving going good great guide hand handle happen hello \
help helped helping helps hey hi hope however idea ideally include including instead keep kind kindly know last later \
least left lets little long look looking lot made make makes making many maybe mean means multiple myself need needed \
needs never new next nice nothing number ok okay old onto open part people perform please point possible pretty \
probably proper properly provide provided provides put quick quickly quite rather ready really recommend regarding \
right say see seem seems several show simple simply skill skills something somewhere sort specific start started still \
stuff sure take taking tell thank thanks thing things think though together told tried try trying two type use used \
useful user uses using usually various walk want wanted wants way ways whatever whole wondering work working works \
wrong yeah";

/// What requests in Chinese begin and end with, as bigrams.
const CHINESE_REQUEST_BIGRAMS: &str = "一下 一个 一份 几个 如何 怎样 可以 有没 没有 进行 使用 想要 需要 希望 现在 今天 最近 已经 应该 看看 试试 帮忙 知道 觉得 自己 \
     能不 不能 能否 是否 不是 还是 因为 所以 但是 如果 然后 时候 东西";

/// Characters of Chinese that hold sentences together; a bigram with one of them is half a word.
const CHINESE_FUNCTION_CHARACTERS: &str = "的了吗呢吧啊嘛么我你您他她它们这那哪是在把被给就都也很还再请帮和与及或";

/// What requests in other languages are made of. Words that mean something in English, as `die`
/// and `son` do, are left out.
const FOREIGN_REQUEST_WORDS: &str = "\
bitte hallo kannst kann konnen koennen konntest mochte moechte will mir mich mein meine meinen meiner ich wir uns unser \
der das den dem des ein eine einen einem einer und oder mit fur fuer von vom zum zur auf aus bei nach uber ueber ist sind \
wie wo wenn nicht auch noch schon helfen hilf hilfe brauche mach mache machen diese dieser dieses \
por favor puedes puede podrias quiero quisiera necesito ayuda ayudame ayudar hola mi mis una uno unos unas el los las del \
al que como para sobre desde hasta este esta estos estas ese esa hay hacer haz dame crear crea \
quero preciso voce pode meu minha meus minhas uma um dos das nos nas com fazer faca isso esse essa ajuda ajude \
bonjour peux pouvez pourrais voudrais veux besoin aide aider moi mes une les dans pour avec sur est sont cette ces faire fais \
пожалуйста помоги помогите можешь можно хочу нужно надо мне меня мой моя мои наш это этот эта эти как что где для или \
при без над под если чтобы сделай сделать создай создать привет есть был была они она оно \
tolong bantu saya aku kamu ini itu yang untuk dengan dari dan atau pada bagaimana bisa mau buat buatkan apa dong gak";

/// Tells whether a folded word only holds sentences together.
pub(in crate::search) fn is_function_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
    WORDS.contains(word)
}

/// Tells whether a folded word of a query says nothing about what is asked for.
pub(in crate::search) fn is_request_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        [REQUEST_WORDS, FOREIGN_REQUEST_WORDS, CHINESE_REQUEST_BIGRAMS]
            .into_iter()
            .flat_map(str::split_whitespace)
            .collect()
    });
    is_function_word(word) || WORDS.contains(word) || is_grammar_of_unspaced_text(word)
}

/// Tells whether a bigram of Chinese or Japanese is grammar rather than a topic.
fn is_grammar_of_unspaced_text(word: &str) -> bool {
    let is_hiragana = |character: char| matches!(character, '\u{3041}'..='\u{309f}');
    word.chars().all(is_hiragana) || word.chars().any(|character| CHINESE_FUNCTION_CHARACTERS.contains(character))
}
