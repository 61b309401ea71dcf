"""Texts worth trying, for each task that checkpoints come for, written for this app.

Their names say what the shipped models make of them, and a test asks the models whether that is so.
"""

from qbert_demo.results import Example

EXAMPLES = {
    "sst2": (
        Example("They disagree", "Not a great film, but never loud."),
        Example(
            "Both are fooled",
            "Sure, it is a masterpiece, and I am the queen of England.",
            "negative",
        ),
        Example(
            "Only the hybrid is right",
            "It begins as a delight and ends as a lecture.",
            "negative",
        ),
        Example(
            "Only the classical is right",
            "It begins as a chore and ends as a thrill.",
            "positive",
        ),
        Example("Negation", "Not a great film, but never dull.", "positive"),
        Example(
            "Long",
            "It opens like a thriller, drifts into family drama somewhere in the second act, and "
            "by the time the lighthouse catches fire I had stopped asking what kind of film this "
            "was meant to be; the strange thing is that I kept watching, kept laughing at the "
            "wrong moments, and walked out happier than I had any right to be.",
        ),
    ),
    "ag_news": (
        Example("They disagree", "President opens the world's largest telescope"),
        Example("Both are fooled", "Java shaken by a strong tremor", "World"),
        Example(
            "Only the hybrid is right",
            "Jaguar seen in the hills for the first time in decades",
            "Sci/Tech",
        ),
        Example(
            "Only the classical is right",
            "Government blocks the merger of two phone companies",
            "Business",
        ),
        Example("A misleading word", "Bulls run wild on Wall Street", "Business"),
        Example("Very short", "Rates rise again", "Business"),
    ),
    "imdb": (
        Example(
            "They disagree",
            "Hardly a laugh in it, and still the funniest film about grief I know.",
        ),
        Example(
            "Both are fooled",
            "The acting is wooden, the plot is a sieve, the effects are cardboard, and I would not "
            "change a frame.",
            "positive",
        ),
        Example(
            "Only the hybrid is right",
            "If this is the future of cinema, I will take up gardening.",
            "negative",
        ),
        Example(
            "Sarcasm",
            "Two hours, three writers, and all the money went into the explosions; a little of it "
            "should have gone to a spelling book.",
            "negative",
        ),
        Example(
            "Long and mixed",
            "I wanted to love this. The first hour is as good as anything the director has done: "
            "patient, funny, beautifully lit, with two leads who listen to each other as people in "
            "films hardly ever do. There is a scene in a launderette, nothing more than a quarrel "
            "over a pair of socks, that I would put beside the best of the decade. Then the plot "
            "wakes up, and with it every cliche of the genre: the lost brother, the suitcase of "
            "money, the speech on the roof in the rain. The leads do what they can, the score is "
            "lovely, and the editor seems to have gone home. By the end I had stopped caring who "
            "got the suitcase, and I do not think the film knew either. I left the cinema with the "
            "feeling of having been sold two films for one ticket; I would gladly see the first "
            "again, and I would pay not to sit through the second.",
        ),
        Example(
            "Plain",
            "One of the finest films I have seen. Moving, wise and never too long.",
            "positive",
        ),
    ),
    "sms_spam": (
        Example("They disagree", "FREE PIZZA in the office kitchen, first floor, NOW!!!"),
        Example(
            "Both are fooled",
            "Grandma, it's me. I am in trouble and I need money, please tell nobody",
            "spam",
        ),
        Example(
            "Only the hybrid is right",
            "Your parcel is waiting. Pay the 1.99 fee here: post-help.example",
            "spam",
        ),
        Example("Sounds like spam", "You have won! Not a prize, the bet. You owe me a beer", "ham"),
        Example(
            "Plain spam",
            "WINNER!! Text CLAIM to 80808 now for your FREE weekend in Rome. 18+",
            "spam",
        ),
        Example("Plain", "Running late, start without me. Be there in 20.", "ham"),
    ),
    "tweet_sentiment": (
        Example("They disagree", "Wow, three updates in one day and it still crashes. Impressive."),
        Example(
            "Both are fooled",
            "Love waiting two hours for a bus in the rain. Best day ever.",
            "negative",
        ),
        Example(
            "Only the hybrid is right",
            "May the sun come back for the festival on Saturday",
            "positive",
        ),
        Example(
            "Only the classical is right",
            "old dog, new tricks: grandpa just sent his first meme",
            "positive",
        ),
        Example("Negation", "Not bad at all for a first try", "positive"),
        Example("Plain", "@user The meeting moves to Thursday at 3pm, same room.", "neutral"),
    ),
}
