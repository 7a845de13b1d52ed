using System.Globalization;
using System.Text;

namespace Accel.Isa.Operands;

/// <summary>A register times a constant; absent if the coefficient is 0.</summary>
public readonly record struct Term(Register Register, long Coefficient);

/// <summary>
/// A number that the sequencer works out when it issues a command: a constant plus at most three registers times constants. What is
/// not affine (a position modulo a ring's slots) is first put into a register by <see cref="Commands.Set"/>.
/// </summary>
/// <remarks>Terms are kept in the order of their registers, without zero coefficients, so equal sums are equal values.</remarks>
public readonly record struct Expression
{
    /// <summary>Terms that an expression can have.</summary>
    public const int MaximumTerms = 3;

    private readonly Term _first;
    private readonly Term _second;
    private readonly Term _third;

    public Expression(long constant) => Constant = constant;

    private Expression(long constant, ReadOnlySpan<Term> terms)
    {
        Constant = constant;
        _first = terms.Length > 0 ? terms[0] : default;
        _second = terms.Length > 1 ? terms[1] : default;
        _third = terms.Length > 2 ? terms[2] : default;
    }

    public long Constant { get; }

    public int TermCount => _first.Coefficient == 0 ? 0 : _second.Coefficient == 0 ? 1 : _third.Coefficient == 0 ? 2 : 3;

    public bool IsConstant => _first.Coefficient == 0;

    public Term this[int index] => index switch
    {
        0 => _first,
        1 => _second,
        2 => _third,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public static implicit operator Expression(long constant) => new(constant);

    public static implicit operator Expression(int constant) => new(constant);

    public static implicit operator Expression(Register register) => register * 1;

    public static Expression operator +(Expression a, long constant) => new(checked(a.Constant + constant), [a._first, a._second, a._third]);

    public static Expression operator -(Expression a, long constant) => a + checked(-constant);

    /// <exception cref="ArgumentException">More than <see cref="MaximumTerms"/> registers.</exception>
    public static Expression operator +(Expression a, Term term)
    {
        Span<Term> terms = stackalloc Term[MaximumTerms + 1];
        var count = 0;
        var placed = term.Coefficient == 0;
        for (var i = 0; i < a.TermCount; i++)
        {
            var own = a[i];
            if (!placed && own.Register.Index >= term.Register.Index)
            {
                placed = true;
                if (own.Register == term.Register)
                {
                    own = own with { Coefficient = checked(own.Coefficient + term.Coefficient) };
                    if (own.Coefficient == 0)
                    {
                        continue;
                    }
                }
                else
                {
                    terms[count++] = term;
                }
            }

            terms[count++] = own;
        }

        if (!placed)
        {
            terms[count++] = term;
        }

        return count <= MaximumTerms
            ? new(a.Constant, terms[..count])
            : throw new ArgumentException($"an expression holds {MaximumTerms} registers; put a part of it into a register with Set");
    }

    public static Expression operator +(Expression a, Expression b)
    {
        var sum = a + b.Constant;
        for (var i = 0; i < b.TermCount; i++)
        {
            sum += b[i];
        }

        return sum;
    }

    public static Expression operator *(Expression a, long factor)
    {
        var product = new Expression(checked(a.Constant * factor));
        for (var i = 0; i < a.TermCount; i++)
        {
            product += a[i] with { Coefficient = checked(a[i].Coefficient * factor) };
        }

        return product;
    }

    public static Expression operator -(Expression a, Expression b) => a + (b * -1);

    /// <summary>The value for the given registers.</summary>
    /// <exception cref="OverflowException">The sum exceeds 64 bits.</exception>
    public long Resolve(ReadOnlySpan<long> registers)
    {
        var sum = Constant;
        if (_first.Coefficient != 0)
        {
            sum = checked(sum + (_first.Coefficient * registers[_first.Register.Index]));
            if (_second.Coefficient != 0)
            {
                sum = checked(sum + (_second.Coefficient * registers[_second.Register.Index]));
                if (_third.Coefficient != 0)
                {
                    sum = checked(sum + (_third.Coefficient * registers[_third.Register.Index]));
                }
            }
        }

        return sum;
    }

    /// <summary><c>4096+position*128+r5*-2</c>: the constant unless 0 (or alone), then the registers; no blanks.</summary>
    public override string ToString()
    {
        if (IsConstant)
        {
            return Constant.ToString(CultureInfo.InvariantCulture);
        }

        var text = new StringBuilder();
        if (Constant != 0)
        {
            text.Append(Constant.ToString(CultureInfo.InvariantCulture));
        }

        for (var i = 0; i < TermCount; i++)
        {
            text.Append(text.Length > 0 ? "+" : "").Append(this[i].Register);
            if (this[i].Coefficient != 1)
            {
                text.Append('*').Append(this[i].Coefficient.ToString(CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Expression expression)
    {
        expression = default;
        var sum = new Expression(0);
        foreach (var range in text.Split('+'))
        {
            var part = text[range];
            var star = part.IndexOf('*');
            var coefficient = 1L;
            if (star >= 0 && !long.TryParse(part[(star + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out coefficient))
            {
                return false;
            }

            try
            {
                if (Register.TryParse(star >= 0 ? part[..star] : part, out var register))
                {
                    sum += new Term(register, coefficient);
                }
                else if (star < 0 && long.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var constant))
                {
                    sum += constant;
                }
                else
                {
                    return false;
                }
            }
            catch (Exception error) when (error is ArgumentException or OverflowException)
            {
                return false;
            }
        }

        expression = sum;
        return true;
    }
}
