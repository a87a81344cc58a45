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
const CHINESE_REQUEST_BIGRAMS: &str =
    "帮我 一下 这个 一个 怎么 什么 我要 我想 请帮 如何 可以 我的 这份 有没 没有 给我 进行 使用 下这 想要";

/// Tells whether a folded word only holds sentences together.
pub(in crate::search) fn is_function_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
    WORDS.contains(word)
}

/// Tells whether a folded word of a query says nothing about what is asked for.
pub(in crate::search) fn is_request_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| REQUEST_WORDS.split_whitespace().chain(CHINESE_REQUEST_BIGRAMS.split_whitespace()).collect());
    is_function_word(word) || WORDS.contains(word)
}
