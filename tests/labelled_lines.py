"""Film sentences as a visitor pastes them: 40 lines `text,label`; the last four are odd."""

GOOD = ("lovely", "superb", "charming", "delightful", "brilliant", "moving")
BAD = ("awful", "dull", "tedious", "lifeless", "clumsy", "dreadful")
THINGS = ("film", "story", "cast")
ODD = (
    "a <b>superb</b> film,negative",
    "a dull <i>story</i>,positive",
    "=HYPERLINK(charming),positive",
    "a lovely bore,negative",
)
LINES = "\n".join(
    (
        *(f"a {word} {thing},positive" for word in GOOD for thing in THINGS),
        *(f"a {word} {thing},negative" for word in BAD for thing in THINGS),
        *ODD,
    )
)
