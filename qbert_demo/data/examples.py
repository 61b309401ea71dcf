"""Texts worth trying, for each task that checkpoints come for: plain ones and hard ones."""

from qbert_demo.results import Example

EXAMPLES = {
    "sst2": (
        Example("Plain praise", "A warm, funny and beautifully acted film."),
        Example("Negation", "Not a great film, but never dull."),
        Example(
            "Mixed feelings",
            "The cast is wonderful and the music soars, yet the story never finds its feet.",
        ),
        Example("Sarcasm", "Two hours of my life I will never get back. Thanks a lot."),
        Example("Very short", "Meh."),
        Example(
            "Long",
            "It opens like a thriller, drifts into family drama somewhere in the second act, and "
            "by the time the lighthouse catches fire I had stopped asking what kind of film this "
            "was meant to be; the strange thing is that I kept watching, kept laughing at the "
            "wrong moments, and walked out happier than I had any right to be.",
        ),
    ),
    "ag_news": (
        Example("Sports", "Late goal sends the hosts into the final of the European cup"),
        Example(
            "Business or Sci/Tech",
            "Chip maker's shares jump 12 percent after it unveils a faster processor",
        ),
        Example(
            "World or Business",
            "Oil prices climb as ministers meet over the blockade of the strait",
        ),
        Example(
            "World or Sports",
            "Olympic team refuses to travel as border clashes enter a third week",
        ),
        Example("Very short", "Rates rise again"),
        Example(
            "Sci/Tech",
            "Probe sends back first close pictures of the comet's icy surface",
        ),
    ),
    "imdb": (
        Example(
            "Mixed review",
            "I wanted to love this. The first hour is as good as anything the director has done: "
            "patient, funny, beautifully lit. Then the plot wakes up, and with it every cliche of "
            "the genre. The leads do what they can, and the score is lovely, but I left the "
            "cinema with the feeling of having been sold two films for one ticket, of which I "
            "would gladly see the first again.",
        ),
        Example(
            "Sarcasm",
            "Ten minutes in I was already checking whether the exit was lit. What a triumph: "
            "three writers, and not one of them noticed that the villain's plan needs the hero "
            "to own a boat. Do take the children, they will sleep so well.",
        ),
        Example(
            "Praise for a bad film",
            "Terrible acting, cardboard sets, a monster with a visible zip - and I have not "
            "laughed so much in years. We watched it twice in a row.",
        ),
        Example(
            "A quiet no",
            "It is competently made and nobody embarrasses themselves. By the next morning I "
            "could not have told you how it ends.",
        ),
        Example("Plain", "One of the finest films I have seen. Moving, wise and never too long."),
    ),
    "sms_spam": (
        Example(
            "Polite phishing",
            "Dear customer, we noticed a small problem with your last payment. When you have a "
            "moment, please confirm your details at secure-parcel-help.example. Kind regards",
        ),
        Example("A prize", "WINNER!! Text CLAIM to 80808 now for your FREE weekend in Rome. 18+"),
        Example("Friend with a link", "look at this place for sat?? booking.example/cabin42 xx"),
        Example(
            "Bank that is none",
            "Your account has been limited. Call 0800 555 0100 today to avoid a charge.",
        ),
        Example("Offer among friends", "Got 2 free tickets for tonight, want one? Call me by 6"),
        Example("Plain", "Running late, start without me. Be there in 20."),
    ),
    "tweet_sentiment": (
        Example("Sarcasm", "Oh great, another Monday with the trains on strike. Living the dream."),
        Example("Neutral", "@user The meeting moves to Thursday at 3pm, same room."),
        Example("Mixed", "Lost the game but what a debut by the new keeper! #proud"),
        Example("Slang", "this album goes so hard i cant even"),
        Example("Complaint", "@user 40 minutes on hold and then you hang up on me. Thanks."),
        Example("Hope", "May the sun come back for the festival on Saturday"),
    ),
}
