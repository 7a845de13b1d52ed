namespace Accel.Rtl.Liberty;

/// <summary>Kinds of words in a Liberty file.</summary>
internal enum LibertyTokenKind
{
    /// <summary>A name or a number, unquoted.</summary>
    Word,

    /// <summary>A quoted text, without its quotes.</summary>
    Text,

    /// <summary>One of <c>( ) { } : ; , + - * / =</c>.</summary>
    Mark,

    /// <summary>The end of a line that holds something: it ends an attribute whose <c>;</c> is missing.</summary>
    Line,

    End,
}

/// <param name="Text">As it stands; of a mark one character, of a line's end none.</param>
/// <param name="Line">Counted from 1.</param>
internal readonly record struct LibertyToken(LibertyTokenKind Kind, string Text, int Line)
{
    public bool Is(char mark) => Kind == LibertyTokenKind.Mark && Text[0] == mark;
}
