using System.Globalization;
using System.Text;

namespace Accel.Isa.Operands;

/// <summary>A register times a constant; absent if the coefficient is 0.</summary>
public readonly record struct Term(Register Register, long Coefficient);

/// <summary>
/// A number that the sequencer works out when it issues a command: a constant plus at most three registers times constants. What is
/// not affine (a position modulo a ring's slots) is first put into a register by <see cref="Commands.Set"/>.
/// </summary>
/// <remarks>
/// Terms are kept in the order of their registers, without zero coefficients, so equal sums are equal values. Most expressions of a program are
/// constants, and sums that differ in their constant share their terms: they stand in an object of their own.
/// </remarks>
public readonly struct Expression : IEquatable<Expression>
{
    /// <summary>Terms that an expression can have.</summary>
    public const int MaximumTerms = 3;

    /// <summary>Null for a constant.</summary>
    private readonly Terms? _terms;

    public Expression(long constant) => Constant = constant;

    private Expression(long constant, Terms? terms) => (Constant, _terms) = (constant, terms);

    public long Constant { get; }

    public int TermCount => _terms?.Count ?? 0;

    public bool IsConstant => _terms is null;

    public Term this[int index] => _terms is { } terms && index < terms.Count ? terms[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public bool Equals(Expression other) => Constant == other.Constant && (ReferenceEquals(_terms, other._terms) || (_terms is not null && _terms.Equals(other._terms)));

    public override bool Equals(object? obj) => obj is Expression other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Constant, _terms is null ? 0 : _terms[0].Coefficient, _terms is null ? 0 : _terms[0].Register.Index);

    public static bool operator ==(Expression left, Expression right) => left.Equals(right);

    public static bool operator !=(Expression left, Expression right) => !left.Equals(right);

    public static implicit operator Expression(long constant) => new(constant);

    public static implicit operator Expression(int constant) => new(constant);

    public static implicit operator Expression(Register register) => register * 1;

    public static Expression operator +(Expression a, long constant) => new(checked(a.Constant + constant), a._terms);

    public static Expression operator -(Expression a, long constant) => a + checked(-constant);

    /// <exception cref="ArgumentException">More than <see cref="MaximumTerms"/> registers.</exception>
    public static Expression operator +(Expression a, Term term) => term.Coefficient == 0 ? a : new(a.Constant, Terms.Sum(a._terms, Terms.Of([term])));

    /// <exception cref="ArgumentException">More than <see cref="MaximumTerms"/> registers.</exception>
    public static Expression operator +(Expression a, Expression b) => new(checked(a.Constant + b.Constant), Terms.Sum(a._terms, b._terms));

    public static Expression operator *(Expression a, long factor) => new(checked(a.Constant * factor), factor == 0 ? null : a._terms?.Times(factor));

    public static Expression operator -(Expression a, Expression b) => a + (b * -1);

    /// <summary>The value for the given registers.</summary>
    /// <exception cref="OverflowException">The sum exceeds 64 bits.</exception>
    public long Resolve(ReadOnlySpan<long> registers)
    {
        return _terms is { } terms ? terms.Resolve(Constant, registers) : Constant;
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

    /// <summary>One to three registers times constants, in the order of the registers.</summary>
    private sealed class Terms : IEquatable<Terms>
    {
        /// <summary>What was made last, by hash: layers and tiles use the same sums again and again, and hold one object of each.</summary>
        [ThreadStatic]
        private static Terms?[]? _recent;

        private const int MostRecent = 1024;

        private readonly long _first;
        private readonly long _second;
        private readonly long _third;
        private readonly byte _firstRegister;
        private readonly byte _secondRegister;
        private readonly byte _thirdRegister;
        private readonly byte _count;

        private Terms(ReadOnlySpan<Term> terms)
        {
            _count = (byte)terms.Length;
            (_first, _firstRegister) = (terms[0].Coefficient, checked((byte)terms[0].Register.Index));
            if (terms.Length > 1)
            {
                (_second, _secondRegister) = (terms[1].Coefficient, checked((byte)terms[1].Register.Index));
            }

            if (terms.Length > 2)
            {
                (_third, _thirdRegister) = (terms[2].Coefficient, checked((byte)terms[2].Register.Index));
            }
        }

        public int Count => _count;

        public Term this[int index] => index switch
        {
            0 => new(new(_firstRegister), _first),
            1 => new(new(_secondRegister), _second),
            _ => new(new(_thirdRegister), _third),
        };

        /// <param name="terms">One to three, in the order of their registers, without zero coefficients.</param>
        public static Terms Of(ReadOnlySpan<Term> terms)
        {
            var hash = 0UL;
            foreach (var term in terms)
            {
                hash = ((hash ^ (ulong)term.Coefficient) * 0x9E3779B97F4A7C15) + (uint)term.Register.Index;
            }

            ref var recent = ref (_recent ??= new Terms?[MostRecent])[(hash * 0x9E3779B97F4A7C15) >> 54];
            return recent is not null && recent.Is(terms) ? recent : recent = new(terms);
        }

        /// <summary>Both together; null if nothing is left of them.</summary>
        public static Terms? Sum(Terms? left, Terms? right)
        {
            if (left is null || right is null)
            {
                return left ?? right;
            }

            Span<Term> sum = stackalloc Term[2 * MaximumTerms];
            var (count, i, j) = (0, 0, 0);
            while (i < left.Count || j < right.Count)
            {
                var order = i == left.Count ? 1 : j == right.Count ? -1 : left[i].Register.Index - right[j].Register.Index;
                var term = order < 0 ? left[i++] : order > 0 ? right[j++] : new(left[i].Register, checked(left[i++].Coefficient + right[j++].Coefficient));
                if (term.Coefficient != 0)
                {
                    sum[count++] = term;
                }
            }

            return count switch
            {
                0 => null,
                <= MaximumTerms => Of(sum[..count]),
                _ => throw new ArgumentException($"an expression holds {MaximumTerms} registers; put a part of it into a register with Set"),
            };
        }

        /// <param name="factor">Not 0.</param>
        public Terms Times(long factor)
        {
            Span<Term> product = stackalloc Term[MaximumTerms];
            for (var i = 0; i < Count; i++)
            {
                product[i] = this[i] with { Coefficient = checked(this[i].Coefficient * factor) };
            }

            return Of(product[..Count]);
        }

        public long Resolve(long constant, ReadOnlySpan<long> registers)
        {
            var sum = checked(constant + (_first * registers[_firstRegister]));
            if (_count > 1)
            {
                sum = checked(sum + (_second * registers[_secondRegister]));
                if (_count > 2)
                {
                    sum = checked(sum + (_third * registers[_thirdRegister]));
                }
            }

            return sum;
        }

        public bool Equals(Terms? other) =>
            other is not null && _count == other._count && _first == other._first && _second == other._second && _third == other._third
            && _firstRegister == other._firstRegister && _secondRegister == other._secondRegister && _thirdRegister == other._thirdRegister;

        public override bool Equals(object? obj) => Equals(obj as Terms);

        public override int GetHashCode() => HashCode.Combine(_first, _firstRegister);

        private bool Is(ReadOnlySpan<Term> terms)
        {
            var isSame = terms.Length == _count;
            for (var i = 0; isSame && i < terms.Length; i++)
            {
                isSame = this[i].Register.Index == terms[i].Register.Index && this[i].Coefficient == terms[i].Coefficient;
            }

            return isSame;
        }
    }
}
